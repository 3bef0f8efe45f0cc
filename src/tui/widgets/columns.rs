//! Columns with steps of an eighth of a cell: one distribution, and a second one behind it.

use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::number::cells;
use crate::tui::widgets::pen::Pen;

/// The eighths of a cell, from empty to full.
pub const EIGHTHS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The eighths of a cell from the left, from empty to full.
const LEFT_EIGHTHS: [char; 9] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];

/// Draws `live` in full blocks and `behind` in shades over the whole pen; heights run from 0 to 1.
pub fn draw(pen: &mut Pen<'_>, live: &[f64], behind: &[f64], theme: &Theme) {
    let height = pen.height();
    for x in 0..pen.width() {
        let at = usize::from(x);
        let front = eighths(live.get(at), height);
        let back = eighths(behind.get(at), height);
        for row in 0..height {
            let above = (height - 1 - row) * 8;
            let front = front.saturating_sub(above).min(8);
            let back = back.saturating_sub(above).min(8);
            let (symbol, role) = cell(front, back);
            if symbol != ' ' {
                pen.put(x, row, symbol, theme.style(role));
            }
        }
    }
}

/// What a cell shows, from the eighths that both fill.
fn cell(front: u16, back: u16) -> (char, Role) {
    let symbol = EIGHTHS[usize::from(front)];
    match (front, back) {
        (0, 0..4) => (' ', Role::Text),
        (0, _) => ('░', Role::Reference),
        (1..8, 6..) => (symbol, Role::LiveOnReference),
        _ => (symbol, Role::Live),
    }
}

/// A height in eighths; anything above nothing gets at least one.
fn eighths(height: Option<&f64>, rows: u16) -> u16 {
    let height = height.copied().filter(|height| *height > 0.0);
    height.map_or(0, |height| {
        cells(height.min(1.0) * f64::from(rows) * 8.0).max(1)
    })
}

/// One row of columns, each from 0 to 1; those above nothing get at least one eighth.
#[must_use]
pub fn spark(height: f64) -> char {
    EIGHTHS[usize::from(eighths(Some(&height), 1).min(8))]
}

/// A bar to the right of so many cells, in steps of an eighth.
#[must_use]
pub fn bar(length: f64) -> String {
    let steps = cells(length.max(0.0) * 8.0);
    let mut text = "█".repeat(usize::from(steps / 8));
    if !steps.is_multiple_of(8) {
        text.push(LEFT_EIGHTHS[usize::from(steps % 8)]);
    }
    text
}

#[cfg(test)]
mod tests {
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;
    use termprofile::TermProfile;

    use super::*;
    use crate::tui::theme::ThemeChoice;

    #[test]
    fn the_live_one_stands_before_the_other() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 4, 2));
        let theme = Theme::new(ThemeChoice::Plain, TermProfile::NoColor);
        let mut pen = Pen::new(&mut buffer, Rect::new(0, 0, 4, 2));
        draw(
            &mut pen,
            &[1.0, 0.25, 0.001, 0.0],
            &[0.0, 1.0, 0.0, 0.5],
            &theme,
        );
        let text: String = buffer
            .content()
            .iter()
            .map(ratatui::buffer::Cell::symbol)
            .collect();
        assert_eq!(text, "█░  █▄▁░");
    }

    #[test]
    fn bars_have_steps_of_an_eighth() {
        assert_eq!(bar(2.5), "██▌");
        assert_eq!(bar(0.0), "");
        assert_eq!(bar(-1.0), "");
        assert_eq!(spark(0.0), ' ');
        assert_eq!(spark(0.001), '▁');
        assert_eq!(spark(1.0), '█');
    }
}
