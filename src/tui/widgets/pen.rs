//! A pen that writes into a part of the screen and never outside it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;
use ratatui::widgets::Widget;

/// Writes into one rectangle, in coordinates that start at its upper left corner; what falls outside is dropped.
pub struct Pen<'a> {
    buffer: &'a mut Buffer,
    area: Rect,
}

impl<'a> Pen<'a> {
    /// A pen for a part of the buffer.
    #[must_use]
    pub fn new(buffer: &'a mut Buffer, area: Rect) -> Self {
        let area = area.intersection(buffer.area);
        Self { buffer, area }
    }

    /// A pen for a part of the buffer, in the buffer's coordinates, cut to the buffer.
    #[must_use]
    pub fn part(&mut self, area: Rect) -> Pen<'_> {
        Pen::new(self.buffer, area)
    }

    /// The whole screen that the pen writes on a part of.
    #[must_use]
    pub fn whole(&self) -> Rect {
        self.buffer.area
    }

    /// The rectangle, in the buffer's coordinates.
    #[must_use]
    pub fn area(&self) -> Rect {
        self.area
    }

    /// The width in cells.
    #[must_use]
    pub fn width(&self) -> u16 {
        self.area.width
    }

    /// The height in cells.
    #[must_use]
    pub fn height(&self) -> u16 {
        self.area.height
    }

    /// Writes text and returns the column after it.
    pub fn text(&mut self, x: u16, y: u16, text: impl AsRef<str>, style: Style) -> u16 {
        if x >= self.area.width || y >= self.area.height {
            return x;
        }
        let room = usize::from(self.area.width - x);
        let (end, _) = self
            .buffer
            .set_stringn(self.area.x + x, self.area.y + y, text, room, style);
        end - self.area.x
    }

    /// Writes text that ends before column `end`; what does not fit is cut at its start.
    pub fn right(&mut self, end: u16, y: u16, text: &str, style: Style) {
        let width = width(text);
        if width > end {
            let shorter: String = text.chars().skip(usize::from(width - end)).collect();
            self.text(0, y, shorter, style);
        } else {
            self.text(end - width, y, text, style);
        }
    }

    /// Writes text into the middle of the rectangle, if it fits.
    pub fn middle(&mut self, text: &str, style: Style) {
        let need = width(text);
        if let Some(free) = self.area.width.checked_sub(need) {
            self.text(free / 2, self.area.height / 2, text, style);
        }
    }

    /// Writes a line of styled spans and returns the column after it.
    pub fn line(&mut self, x: u16, y: u16, line: &Line<'_>) -> u16 {
        let mut at = x;
        for span in line {
            at = self.text(at, y, &span.content, span.style);
        }
        at
    }

    /// Writes a line of styled spans so that it ends before column `end`.
    pub fn line_right(&mut self, end: u16, y: u16, line: &Line<'_>) {
        let width = u16::try_from(line.width()).unwrap_or(u16::MAX);
        self.line(end.saturating_sub(width), y, line);
    }

    /// Writes one character.
    pub fn put(&mut self, x: u16, y: u16, symbol: char, style: Style) {
        if let Some(cell) = self.cell(x, y) {
            cell.set_char(symbol).set_style(style);
        }
    }

    /// Changes the style of cells that are already written.
    pub fn restyle(&mut self, area: Rect, style: Style) {
        let inside = area.intersection(self.area);
        self.buffer.set_style(inside, style);
    }

    /// Puts one character into a row from `from` up to, not including, `to`.
    pub fn rule(&mut self, from: u16, to: u16, y: u16, symbol: char, style: Style) {
        for x in from..to.min(self.area.width) {
            self.put(x, y, symbol, style);
        }
    }

    /// Empties the rectangle.
    pub fn clear(&mut self) {
        for y in 0..self.area.height {
            for x in 0..self.area.width {
                if let Some(cell) = self.cell(x, y) {
                    cell.reset();
                }
            }
        }
    }

    /// Draws a widget of ratatui's into the whole rectangle.
    pub fn widget(&mut self, widget: impl Widget) {
        widget.render(self.area, self.buffer);
    }

    /// Draws a frame around the rectangle and writes its name into the upper edge.
    pub fn frame(&mut self, border: Style, title: &Line<'_>) {
        let (w, h) = (self.area.width, self.area.height);
        if w < 2 || h < 2 {
            return;
        }
        self.rule(0, w, 0, '─', border);
        self.rule(0, w, h - 1, '─', border);
        for y in 1..h - 1 {
            self.put(0, y, '│', border);
            self.put(w - 1, y, '│', border);
        }
        for (x, y, corner) in [
            (0, 0, '╭'),
            (w - 1, 0, '╮'),
            (0, h - 1, '╰'),
            (w - 1, h - 1, '╯'),
        ] {
            self.put(x, y, corner, border);
        }
        self.title(0, title);
    }

    /// Draws a dividing edge across a frame at row `y` and writes a name into it.
    pub fn divider(&mut self, y: u16, border: Style, title: &Line<'_>) {
        let w = self.area.width;
        if w < 2 || y == 0 || y + 1 >= self.area.height {
            return;
        }
        self.rule(1, w - 1, y, '─', border);
        self.put(0, y, '├', border);
        self.put(w - 1, y, '┤', border);
        self.title(y, title);
    }

    /// Writes a note into the right end of a frame's edge at row `y`, if there is room beside the name.
    pub fn edge_note(&mut self, y: u16, taken: u16, note: &Line<'_>) {
        let w = self.area.width;
        let need = u16::try_from(note.width()).unwrap_or(u16::MAX);
        if need > 0 && taken.saturating_add(need).saturating_add(4) <= w {
            self.line_right(w - 2, y, note);
        }
    }

    fn title(&mut self, y: u16, title: &Line<'_>) {
        let w = self.area.width;
        if title.width() == 0 || w < 6 {
            return;
        }
        let edge = self.area;
        let mut inside = self.part(Rect::new(edge.x + 2, edge.y + y, w - 4, 1));
        inside.line(0, 0, title);
    }

    fn cell(&mut self, x: u16, y: u16) -> Option<&mut ratatui::buffer::Cell> {
        if x >= self.area.width || y >= self.area.height {
            return None;
        }
        self.buffer.cell_mut((self.area.x + x, self.area.y + y))
    }

    /// The colour of a cell that is a full block, for signs written over it.
    #[must_use]
    pub fn filled(&self, x: u16, y: u16) -> Option<ratatui::style::Color> {
        if x >= self.area.width || y >= self.area.height {
            return None;
        }
        self.buffer
            .cell((self.area.x + x, self.area.y + y))
            .filter(|cell| cell.symbol() == "█")
            .map(|cell| cell.fg)
    }

    /// The background that a cell has now.
    #[must_use]
    pub fn background(&self, x: u16, y: u16) -> Option<ratatui::style::Color> {
        if x >= self.area.width || y >= self.area.height {
            return None;
        }
        self.buffer
            .cell((self.area.x + x, self.area.y + y))
            .map(|cell| cell.bg)
    }
}

/// The cells that a text takes.
#[must_use]
pub fn width(text: &str) -> u16 {
    u16::try_from(Line::raw(text).width()).unwrap_or(u16::MAX)
}

/// Shortens a name to a width with `…` in its middle, so that its head and its tail stay.
#[must_use]
pub fn squeeze(name: &str, room: u16) -> String {
    let chars: Vec<char> = name.chars().collect();
    let room = usize::from(room);
    if chars.len() <= room {
        return name.into();
    }
    if room < 4 {
        return chars.into_iter().take(room).collect();
    }
    let tail = (room - 1) * 3 / 5;
    let head = room - 1 - tail;
    let mut short: String = chars[..head].iter().collect();
    short.push('…');
    short.extend(&chars[chars.len() - tail..]);
    short
}

/// Shortens a sentence to a width with `…` at its end.
#[must_use]
pub fn cut(text: &str, room: u16) -> String {
    if width(text) <= room {
        return text.into();
    }
    let mut short: String = text
        .chars()
        .take(usize::from(room.saturating_sub(1)))
        .collect();
    if room > 0 {
        short.push('…');
    }
    short
}

/// Breaks a text at spaces into lines of at most `room` cells; a longer word is cut.
#[must_use]
pub fn wrap(text: &str, room: u16) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && width(&line) + 1 + width(word) > room {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&cut(word, room));
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_written_outside() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 4, 2));
        let mut pen = Pen::new(&mut buffer, Rect::new(1, 0, 20, 20));
        pen.text(0, 0, "abcdef", Style::new());
        pen.text(9, 9, "x", Style::new());
        pen.right(3, 1, "12345", Style::new());
        assert_eq!(buffer, Buffer::with_lines([" abc", " 345"]));
    }

    #[test]
    fn names_keep_head_and_tail() {
        assert_eq!(
            squeeze("queue.buffering.max.messages", 18),
            "queue.b…x.messages"
        );
        assert_eq!(squeeze("acks", 18), "acks");
        assert_eq!(cut("one request at a time", 11), "one reques…");
    }

    #[test]
    fn sentences_break_at_spaces() {
        assert_eq!(
            wrap("waits up to this long", 9),
            ["waits up", "to this", "long"]
        );
        assert!(wrap("", 9).is_empty());
    }
}
