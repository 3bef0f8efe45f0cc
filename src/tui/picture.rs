//! The screen as an SVG file: every cell at its place, hosts masked.

use std::fmt::Write as _;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use termprofile::TermProfile;

use crate::lab::Reading;
use crate::tui::model::{Model, ThemeChoice};
use crate::tui::theme::Theme;
use crate::tui::view;

mod colour;
mod lines;
mod mask;

pub use mask::masked;

/// Width of a cell in units of the picture.
const CELL: f64 = 8.4;
/// Height of a cell.
const LINE: f64 = 18.0;
/// From the top of a cell to the base line of its text.
const BASE: f64 = 13.5;
/// Room around the screen.
const MARGIN: f64 = 12.0;

/// The colours that a terminal's own text and background get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paper {
    /// Of text without a colour.
    pub ink: &'static str,
    /// Of cells without a background.
    pub ground: &'static str,
}

impl Paper {
    /// A dark terminal.
    pub const DARK: Self = Self {
        ink: "#d6d9e0",
        ground: "#14161b",
    };
    /// A light terminal.
    pub const LIGHT: Self = Self {
        ink: "#24292f",
        ground: "#ffffff",
    };
}

/// Draws a screen. Host names and addresses are masked with •••.
#[must_use]
pub fn svg(buffer: &Buffer, paper: Paper) -> String {
    let area = buffer.area;
    let width = f64::from(area.width) * CELL + 2.0 * MARGIN;
    let height = f64::from(area.height) * LINE + 2.0 * MARGIN;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
         viewBox=\"0 0 {width:.1} {height:.1}\" xml:space=\"preserve\">\n\
         <style>text{{font-family:'JetBrains Mono','DejaVu Sans Mono','Cascadia Mono',Menlo,Consolas,monospace;\
         font-size:14px;white-space:pre}}</style>\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{}\"/>\n",
        paper.ground
    );
    for row in 0..area.height {
        let cells: Vec<&Cell> = (0..area.width)
            .filter_map(|column| buffer.cell((area.x + column, area.y + row)))
            .collect();
        draw_row(&mut out, &cells, f64::from(row) * LINE + MARGIN, paper);
    }
    out.push_str("</svg>\n");
    out
}

/// The picture of a model and a reading on a screen of this size (columns, rows), as `S` writes it.
#[must_use]
pub fn of(model: &Model, reading: &Reading, size: (u16, u16), profile: TermProfile) -> String {
    let theme = Theme::new(model.theme, profile);
    let backend = TestBackend::new(size.0, size.1);
    let Ok(mut terminal) = Terminal::new(backend);
    let Ok(done) = terminal.draw(|frame| view::draw(frame, model, reading, &theme));
    let paper = match model.theme {
        ThemeChoice::Light => Paper::LIGHT,
        _ => Paper::DARK,
    };
    svg(done.buffer, paper)
}

/// What makes two neighbours one run.
#[derive(Clone, Copy, PartialEq)]
struct Look {
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

impl Look {
    fn of(cell: &Cell) -> Self {
        let turned = cell.modifier.contains(Modifier::REVERSED);
        let (fg, bg) = if turned {
            (cell.bg, cell.fg)
        } else {
            (cell.fg, cell.bg)
        };
        Self {
            fg,
            bg,
            modifier: cell.modifier,
        }
    }

    fn ink(self, paper: Paper) -> String {
        let turned = self.modifier.contains(Modifier::REVERSED);
        let own = if turned { paper.ground } else { paper.ink };
        colour::hex(self.fg).unwrap_or_else(|| own.to_owned())
    }

    fn ground(self, paper: Paper) -> Option<String> {
        let turned = self.modifier.contains(Modifier::REVERSED);
        colour::hex(self.bg).or_else(|| turned.then(|| paper.ink.to_owned()))
    }
}

fn draw_row(out: &mut String, cells: &[&Cell], top: f64, paper: Paper) {
    let mut symbols: Vec<String> = cells.iter().map(|cell| cell.symbol().to_owned()).collect();
    mask::mask_cells(&mut symbols);
    let mut from = 0;
    while from < cells.len() {
        let look = Look::of(cells[from]);
        let alike = cells[from..]
            .iter()
            .take_while(|cell| Look::of(cell) == look);
        let end = from + alike.count();
        if let Some(ground) = look.ground(paper) {
            rect(out, from, end, top, &ground);
        }
        draw_run(out, &symbols[from..end], from, top, look, paper);
        from = end;
    }
}

#[expect(clippy::cast_precision_loss, reason = "columns of a screen")]
fn left(column: usize) -> f64 {
    column as f64 * CELL + MARGIN
}

fn rect(out: &mut String, from: usize, end: usize, top: f64, fill: &str) {
    let (x, width) = (left(from), left(end) - left(from));
    let _ = writeln!(
        out,
        "<rect x=\"{x:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{LINE:.1}\" fill=\"{fill}\" \
         shape-rendering=\"crispEdges\"/>"
    );
}

/// Blocks and lines are drawn as shapes, for fonts leave gaps between them; every word gets its own place and length, so that
/// it stays in its columns whatever the font.
fn draw_run(out: &mut String, symbols: &[String], from: usize, top: f64, look: Look, paper: Paper) {
    let ink = look.ink(paper);
    let mut word: Option<(usize, &[String])> = None;
    for (offset, symbol) in symbols.iter().enumerate() {
        let column = from + offset;
        let shape = block(symbol);
        let arms = lines::arms(symbol);
        if shape.is_none() && arms.is_none() && !symbol.trim().is_empty() {
            let start = word.map_or(offset, |(column, _)| column - from);
            word = Some((from + start, &symbols[start..=offset]));
            continue;
        }
        if let Some((column, symbols)) = word.take() {
            draw_word(out, symbols, column, top, look, &ink);
        }
        if let Some((x, y, width, height, opacity)) = shape {
            let _ = writeln!(
                out,
                "<rect x=\"{:.2}\" y=\"{:.2}\" width=\"{:.2}\" height=\"{:.2}\" fill=\"{ink}\" \
                 fill-opacity=\"{opacity}\" shape-rendering=\"crispEdges\"/>",
                left(column) + x * CELL,
                top + y * LINE,
                width * CELL,
                height * LINE
            );
        } else if let Some(arms) = arms {
            lines::write(out, arms, (left(column), top, CELL, LINE), &ink);
        }
    }
    if let Some((column, symbols)) = word {
        draw_word(out, symbols, column, top, look, &ink);
    }
}

fn draw_word(out: &mut String, symbols: &[String], column: usize, top: f64, look: Look, ink: &str) {
    let mut text = String::new();
    for symbol in symbols {
        escape(&mut text, symbol);
    }
    let weight = if look.modifier.contains(Modifier::BOLD) {
        " font-weight=\"bold\""
    } else {
        ""
    };
    let faint = if look.modifier.contains(Modifier::DIM) {
        " fill-opacity=\"0.6\""
    } else {
        ""
    };
    let length = left(column + symbols.len()) - left(column);
    let _ = writeln!(
        out,
        "<text x=\"{:.1}\" y=\"{:.1}\" textLength=\"{length:.1}\" lengthAdjust=\"spacingAndGlyphs\" \
         fill=\"{ink}\"{weight}{faint}>{text}</text>",
        left(column),
        top + BASE
    );
}

/// Place and size (as shares of the cell) and opacity of a block character.
fn block(symbol: &str) -> Option<(f64, f64, f64, f64, f64)> {
    let mut letters = symbol.chars();
    let letter = letters.next().filter(|_| letters.next().is_none())?;
    let code = u32::from(letter);
    Some(match code {
        0x2580 => (0.0, 0.0, 1.0, 0.5, 1.0),
        0x2581..=0x2588 => {
            let height = f64::from(code - 0x2580) / 8.0;
            (0.0, 1.0 - height, 1.0, height, 1.0)
        }
        0x2589..=0x258f => (0.0, 0.0, f64::from(0x2590 - code) / 8.0, 1.0, 1.0),
        0x2590 => (0.5, 0.0, 0.5, 1.0, 1.0),
        0x2591..=0x2593 => (0.0, 0.0, 1.0, 1.0, f64::from(code - 0x2590) / 4.0),
        0x2594 => (0.0, 0.0, 1.0, 0.125, 1.0),
        0x2595 => (0.875, 0.0, 0.125, 1.0, 1.0),
        _ => return None,
    })
}

fn escape(out: &mut String, symbol: &str) {
    for letter in symbol.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            letter if letter.is_control() => out.push('\u{fffd}'),
            letter => out.push(letter),
        }
    }
}

#[cfg(test)]
mod tests;
