//! The screen as a picture: a buffer of cells written as SVG.

use std::fmt::Write as _;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

/// Width and height of a cell, and the size of the letters, in pixels.
const CELL: (f64, f64) = (8.4, 18.0);
const LETTERS: f64 = 14.0;

/// Plain text and background of a picture, as `#rrggbb`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paper {
    /// What stands for the terminal's own text colour.
    pub ink: &'static str,
    /// What stands for the terminal's own background.
    pub ground: &'static str,
}

/// For dark themes.
pub const DARK: Paper = Paper {
    ink: "#d5dbe6",
    ground: "#10141b",
};

/// For light themes.
pub const LIGHT: Paper = Paper {
    ink: "#1c232d",
    ground: "#fbfbf9",
};

/// Writes a buffer as an SVG document; letters are text, blocks are rectangles, so that no seams show.
#[must_use]
pub fn svg(buffer: &Buffer, paper: Paper) -> String {
    let (columns, rows) = (f64::from(buffer.area.width), f64::from(buffer.area.height));
    let (w, h) = (columns * CELL.0 + 24.0, rows * CELL.1 + 24.0);
    let mut out = String::new();
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w:.0}\" height=\"{h:.0}\" viewBox=\"0 0 {w:.1} {h:.1}\" \
         font-family=\"'JetBrains Mono','DejaVu Sans Mono',Menlo,Consolas,monospace\" font-size=\"{LETTERS}\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"10\" fill=\"{}\"/>",
        paper.ground
    );
    for y in 0..buffer.area.height {
        for x in 0..buffer.area.width {
            if let Some(cell) = buffer.cell((buffer.area.x + x, buffer.area.y + y)) {
                draw_cell(&mut out, cell, (x, y), paper);
            }
        }
    }
    out.push_str("</svg>\n");
    out
}

fn draw_cell(out: &mut String, cell: &Cell, (x, y): (u16, u16), paper: Paper) {
    let (left, top) = (12.0 + f64::from(x) * CELL.0, 12.0 + f64::from(y) * CELL.1);
    let mut front = hex(cell.fg).unwrap_or_else(|| paper.ink.into());
    let mut back = hex(cell.bg);
    if cell.modifier.contains(Modifier::REVERSED) {
        let ground = back.unwrap_or_else(|| paper.ground.into());
        back = Some(std::mem::replace(&mut front, ground));
    }
    if let Some(back) = back {
        block(out, (left, top), (0.0, 0.0, 1.0, 1.0), &back, 1.0);
    }
    let symbol = cell.symbol().chars().next().unwrap_or(' ');
    if let Some((part, shade)) = shape(symbol) {
        block(out, (left, top), part, &front, shade);
    } else if !symbol.is_whitespace() {
        let bold = cell.modifier.contains(Modifier::BOLD);
        let dim = cell.modifier.contains(Modifier::DIM);
        let _ = writeln!(
            out,
            "<text x=\"{left:.1}\" y=\"{:.1}\" fill=\"{front}\"{}{} textLength=\"{}\" lengthAdjust=\"spacingAndGlyphs\">{}</text>",
            top + CELL.1 * 0.74,
            if bold { " font-weight=\"bold\"" } else { "" },
            if dim { " opacity=\"0.6\"" } else { "" },
            CELL.0,
            escaped(symbol)
        );
    }
}

/// A block character as a part of its cell (left, top, width, height) and how much of it is filled.
fn shape(symbol: char) -> Option<((f64, f64, f64, f64), f64)> {
    let code = u32::from(symbol);
    let eighth = |from: u32| f64::from(code - from) / 8.0;
    match code {
        0x2580 => Some(((0.0, 0.0, 1.0, 0.5), 1.0)),
        0x2581..=0x2588 => {
            let height = eighth(0x2580);
            Some(((0.0, 1.0 - height, 1.0, height), 1.0))
        }
        0x2589..=0x258f => Some(((0.0, 0.0, 1.0 - eighth(0x2588), 1.0), 1.0)),
        0x2591..=0x2593 => Some(((0.0, 0.0, 1.0, 1.0), 0.25 * f64::from(code - 0x2590))),
        _ => None,
    }
}

fn block(
    out: &mut String,
    (left, top): (f64, f64),
    part: (f64, f64, f64, f64),
    fill: &str,
    shade: f64,
) {
    let (x, y) = (left + part.0 * CELL.0, top + part.1 * CELL.1);
    let (w, h) = (part.2 * CELL.0, part.3 * CELL.1);
    let _ = write!(
        out,
        "<rect x=\"{x:.2}\" y=\"{y:.2}\" width=\"{:.2}\" height=\"{:.2}\" fill=\"{fill}\"",
        w + 0.06,
        h + 0.06
    );
    if shade < 1.0 {
        let _ = write!(out, " opacity=\"{shade}\"");
    }
    out.push_str("/>\n");
}

fn escaped(symbol: char) -> String {
    match symbol {
        '<' => "&lt;".into(),
        '>' => "&gt;".into(),
        '&' => "&amp;".into(),
        other => other.to_string(),
    }
}

/// A colour as `#rrggbb`; `None` for the terminal's own.
fn hex(colour: Color) -> Option<String> {
    let rgb = match colour {
        Color::Rgb(red, green, blue) => (red, green, blue),
        Color::Indexed(index) => indexed(index),
        Color::Reset => return None,
        named => indexed(ordinal(named)),
    };
    Some(format!("#{:02x}{:02x}{:02x}", rgb.0, rgb.1, rgb.2))
}

fn ordinal(colour: Color) -> u8 {
    let names = [
        Color::Black,
        Color::Red,
        Color::Green,
        Color::Yellow,
        Color::Blue,
        Color::Magenta,
        Color::Cyan,
        Color::Gray,
        Color::DarkGray,
        Color::LightRed,
        Color::LightGreen,
        Color::LightYellow,
        Color::LightBlue,
        Color::LightMagenta,
        Color::LightCyan,
        Color::White,
    ];
    let at = names.iter().position(|name| *name == colour);
    at.and_then(|at| u8::try_from(at).ok()).unwrap_or(7)
}

/// The usual colours of the 256 of a terminal.
fn indexed(index: u8) -> (u8, u8, u8) {
    let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
    match index {
        0..=15 => {
            let strong = if index >= 8 { 255 } else { 170 };
            let bit = |mask: u8| if index & mask > 0 { strong } else { u8::from(index >= 8) * 85 };
            (bit(1), bit(2), bit(4))
        }
        16..=231 => {
            let step = index - 16;
            (level(step / 36), level(step / 6 % 6), level(step % 6))
        }
        grey => {
            let value = 8 + 10 * (grey - 232);
            (value, value, value)
        }
    }
}

#[cfg(test)]
mod tests {
    use ratatui::style::Style;

    use super::*;

    #[test]
    fn letters_are_text_and_blocks_are_rectangles() {
        let mut buffer = Buffer::with_lines(["<▄"]);
        buffer.set_style(buffer.area, Style::new().fg(Color::Rgb(1, 2, 3)));
        let picture = svg(&buffer, DARK);
        assert!(picture.contains("&lt;</text>"));
        assert!(picture.contains("height=\"9.06\" fill=\"#010203\""), "{picture}");
        assert!(picture.starts_with("<svg ") && picture.ends_with("</svg>\n"));
    }

    #[test]
    fn the_cube_of_256_colours() {
        assert_eq!(hex(Color::Indexed(196)), Some("#ff0000".into()));
        assert_eq!(hex(Color::Indexed(244)), Some("#808080".into()));
        assert_eq!(hex(Color::Reset), None);
    }
}
