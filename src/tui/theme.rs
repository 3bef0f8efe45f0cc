//! Colours are roles; a theme gives every role a style, fitted to what the terminal can show.

mod palette;

use ratatui::style::{Color, Modifier, Style};
use termprofile::TermProfile;

use palette::Palette;

/// The themes, in the order in which `t` walks through them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ThemeChoice {
    /// For dark terminals.
    #[default]
    Dark,
    /// For light terminals.
    Light,
    /// The strongest contrast, for dark terminals.
    Contrast,
    /// Blue and orange, with a ramp that every kind of sight can order.
    ColourBlind,
    /// No colour at all: bold, dim, underlined and reversed text only.
    Plain,
}

impl ThemeChoice {
    /// All themes.
    pub const ALL: [Self; 5] = [
        Self::Dark,
        Self::Light,
        Self::Contrast,
        Self::ColourBlind,
        Self::Plain,
    ];

    /// The name that a person types.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Light => "light",
            Self::Contrast => "contrast",
            Self::ColourBlind => "colour-blind",
            Self::Plain => "plain",
        }
    }

    /// The theme with this name; `None` for an unknown one.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|name| name.name() == word)
    }

    /// The theme after this one, round and round.
    #[must_use]
    pub fn next(self) -> Self {
        let at = Self::ALL.iter().position(|name| *name == self).unwrap_or(0);
        Self::ALL[(at + 1) % Self::ALL.len()]
    }
}

/// What a piece of the screen is, which decides how it looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Plain text, in the terminal's own colour.
    Text,
    /// A figure that matters.
    Figure,
    /// Words around figures.
    Label,
    /// What may be overlooked.
    Faint,
    /// A panel's name.
    Title,
    /// A panel's frame.
    Border,
    /// The frame of the panel that has the keys.
    Focus,
    /// The row that has the keys.
    Cursor,
    /// A slider's track.
    Track,
    /// The part of a track left of the value.
    Fill,
    /// The value that runs now.
    Now,
    /// The value that is wished for.
    Next,
    /// The value of the baseline.
    Base,
    /// The default value.
    Default,
    /// A row that cannot matter now.
    Idle,
    /// Held, better, agrees.
    Good,
    /// Missed, worse, lost.
    Bad,
    /// Needs a look.
    Warn,
    /// The live distribution.
    Live,
    /// The distribution that it is held against.
    Reference,
    /// A cell of the live distribution's edge with the reference behind it.
    LiveOnReference,
    /// The goal's line.
    Goal,
    /// A key in the footer.
    Key,
    /// The program's name.
    Brand,
    /// The badge of a simulated cluster.
    Embedded,
    /// The badge of a real cluster.
    Real,
    /// A banner across the screen.
    Banner,
}

/// A theme fitted to a terminal: a style for every role.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Theme {
    name: ThemeChoice,
    profile: TermProfile,
    palette: Palette,
}

impl Theme {
    /// Fits a theme to what the terminal can show; without colours every theme is `Plain`.
    #[must_use]
    pub fn new(name: ThemeChoice, profile: TermProfile) -> Self {
        let name = if profile < TermProfile::Ansi16 {
            ThemeChoice::Plain
        } else {
            name
        };
        Self {
            name,
            profile,
            palette: Palette::of(name),
        }
    }

    /// Its name (`Plain` where the terminal has no colours).
    #[must_use]
    pub fn name(&self) -> ThemeChoice {
        self.name
    }

    /// Whether there are enough colours to draw a heat map with them; otherwise it is drawn with shades.
    #[must_use]
    pub fn paints_heat(&self) -> bool {
        self.name != ThemeChoice::Plain && self.profile >= TermProfile::Ansi256
    }

    /// Whether more records are brighter in the heat map (else they are darker).
    #[must_use]
    pub fn brighter_is_more(&self) -> bool {
        self.name != ThemeChoice::Light
    }

    /// The style of a role.
    #[must_use]
    pub fn style(&self, role: Role) -> Style {
        if self.name == ThemeChoice::Plain {
            return mono(role);
        }
        let p = &self.palette;
        let plain = Style::reset();
        let style = match role {
            Role::Text => plain,
            Role::Figure => plain.add_modifier(Modifier::BOLD),
            Role::Label | Role::Default => plain.fg(p.label),
            Role::Faint | Role::Idle => plain.fg(p.faint),
            Role::Title => plain.fg(p.title).add_modifier(Modifier::BOLD),
            Role::Border => plain.fg(p.border),
            Role::Focus | Role::Now => plain.fg(p.accent),
            Role::Cursor | Role::Key => plain.fg(p.accent).add_modifier(Modifier::BOLD),
            Role::Track => plain.fg(p.track),
            Role::Fill => plain.fg(p.fill),
            Role::Next => plain.fg(p.next).add_modifier(Modifier::BOLD),
            Role::Base => plain.fg(p.base),
            Role::Good => plain.fg(p.good),
            Role::Bad => plain.fg(p.bad),
            Role::Warn => plain.fg(p.warn),
            Role::Goal => plain.fg(p.goal),
            Role::Live => plain.fg(p.live),
            Role::Reference => plain.fg(p.reference),
            Role::LiveOnReference => plain.fg(p.live).bg(p.shadow),
            Role::Brand => plain.fg(p.ink).bg(p.accent).add_modifier(Modifier::BOLD),
            Role::Embedded => plain.fg(p.ink).bg(p.base).add_modifier(Modifier::BOLD),
            Role::Real => plain.fg(p.ink).bg(p.next).add_modifier(Modifier::BOLD),
            Role::Banner => plain.fg(p.ink).bg(p.warn).add_modifier(Modifier::BOLD),
        };
        self.fit(style)
    }

    /// A step of the heat ramp: `share` from 0 (fewest records) to 1 (most).
    #[must_use]
    pub fn heat(&self, share: f64) -> Color {
        let steps = self.palette.heat;
        let at = crate::tui::widgets::number::cells(share * 8.0).min(7);
        let colour = steps[usize::from(at)];
        self.profile.adapt_color(colour).unwrap_or(Color::Reset)
    }

    /// The hue of a part of a stacked bar, by its place; the same place is always the same hue.
    #[must_use]
    pub fn part(&self, place: usize) -> Style {
        if self.name == ThemeChoice::Plain {
            return Style::reset();
        }
        let hues = self.palette.parts;
        self.fit(Style::reset().fg(hues[place % hues.len()]))
    }

    fn fit(&self, style: Style) -> Style {
        self.profile.adapt_style(style)
    }
}

fn mono(role: Role) -> Style {
    let plain = Style::reset();
    match role {
        Role::Figure
        | Role::Title
        | Role::Key
        | Role::Now
        | Role::Next
        | Role::Focus
        | Role::Bad
        | Role::Warn
        | Role::Goal => plain.add_modifier(Modifier::BOLD),
        Role::Cursor => plain.add_modifier(Modifier::BOLD | Modifier::UNDERLINED),
        Role::Label
        | Role::Text
        | Role::Base
        | Role::Default
        | Role::Good
        | Role::Live
        | Role::LiveOnReference
        | Role::Fill => plain,
        Role::Faint | Role::Border | Role::Track | Role::Idle | Role::Reference => {
            plain.add_modifier(Modifier::DIM)
        }
        Role::Brand | Role::Embedded | Role::Real | Role::Banner => {
            plain.add_modifier(Modifier::REVERSED | Modifier::BOLD)
        }
    }
}

#[cfg(test)]
mod tests;
