//! Colours of a terminal as colours of the web.

use ratatui::style::Color;

const BASIC: [&str; 16] = [
    "#1d1f21", "#cc4c4c", "#6ca86c", "#c9a554", "#5f8fd3", "#a878c8", "#5fb3b3", "#c5c8c6",
    "#7a7f87", "#f2777a", "#99cc99", "#ffcc66", "#81a2ff", "#cc99cc", "#8abeb7", "#ffffff",
];

/// The colour as `#rrggbb`; `None` for the terminal's own.
#[must_use]
pub fn hex(color: Color) -> Option<String> {
    let basic = match color {
        Color::Reset => return None,
        Color::Rgb(red, green, blue) => return Some(format!("#{red:02x}{green:02x}{blue:02x}")),
        Color::Indexed(index) => return Some(indexed(index)),
        Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 8,
        Color::LightRed => 9,
        Color::LightGreen => 10,
        Color::LightYellow => 11,
        Color::LightBlue => 12,
        Color::LightMagenta => 13,
        Color::LightCyan => 14,
        Color::White => 15,
    };
    Some(BASIC[basic].to_owned())
}

/// The 256 colours: 16 basic ones, a cube of 6 × 6 × 6, 24 greys.
fn indexed(index: u8) -> String {
    if let Some(basic) = BASIC.get(usize::from(index)) {
        return (*basic).to_owned();
    }
    if index >= 232 {
        let grey = 8 + (index - 232) * 10;
        return format!("#{grey:02x}{grey:02x}{grey:02x}");
    }
    let level = |step: u8| if step == 0 { 0 } else { 55 + step * 40 };
    let at = index - 16;
    let (red, green, blue) = (level(at / 36), level(at / 6 % 6), level(at % 6));
    format!("#{red:02x}{green:02x}{blue:02x}")
}
