//! Colours by role: a chart is drawn with stand-ins, which then become the page's own variables, so that it follows the
//! reader's light or dark scheme.

use plotters::style::RGBColor;

/// How many series have a colour of their own.
pub const SERIES: usize = 8;

/// What a stroke or a fill stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// Labels and axes.
    Soft,
    /// Text that must be read.
    Text,
    /// Lines behind the data.
    Grid,
    /// One of several series, by number; they repeat after the last.
    Series(usize),
    /// A cell of the heat map.
    Heat,
    /// What went wrong.
    Bad,
}

/// The stand-ins' first two bytes: no such colour is used for anything else.
const STAND_IN: (u8, u8) = (0xa5, 0x5a);

impl Ink {
    fn number(self) -> u8 {
        match self {
            Self::Soft => 100,
            Self::Text => 101,
            Self::Grid => 102,
            Self::Heat => 103,
            Self::Bad => 104,
            Self::Series(at) => u8::try_from(at % SERIES).unwrap_or(0),
        }
    }

    /// The stand-in to draw with.
    pub fn color(self) -> RGBColor {
        RGBColor(STAND_IN.0, STAND_IN.1, self.number())
    }

    /// The style sheet's variable.
    pub fn variable(self) -> String {
        match self {
            Self::Soft => "var(--soft)".into(),
            Self::Text => "var(--ink)".into(),
            Self::Grid => "var(--grid)".into(),
            Self::Heat => "var(--heat)".into(),
            Self::Bad => "var(--bad)".into(),
            Self::Series(at) => format!("var(--s{})", at % SERIES),
        }
    }
}

/// The drawing with the page's variables in place of stand-ins, as wide as its place, named for those who cannot see it.
pub fn finished(svg: &str, label: &str) -> String {
    let fixed = [Ink::Soft, Ink::Text, Ink::Grid, Ink::Heat, Ink::Bad];
    let all = fixed.into_iter().chain((0..SERIES).map(Ink::Series));
    let mut text = svg.to_owned();
    for ink in all {
        let RGBColor(red, green, blue) = ink.color();
        let stand_in = format!("\"#{red:02X}{green:02X}{blue:02X}\"");
        text = text.replace(&stand_in, &format!("\"{}\"", ink.variable()));
    }
    let text = text
        .replace(" font-family=\"sans-serif\"", "")
        .replace(" opacity=\"1\"", "");
    let Some((_, inside)) = text.split_once(" viewBox=") else {
        return String::new();
    };
    format!("<svg role=\"img\" aria-label=\"{label}\" viewBox={inside}")
}
