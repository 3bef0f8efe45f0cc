//! A slider: one row of cells that shows where a value stands, stood, and is wished to stand.

use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::number::cells;
use crate::tui::widgets::pen::Pen;

/// What a slider shows. All places run from 0 (left end) to 1 (right end).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Slider {
    /// The value that runs now (●).
    pub now: f64,
    /// The value that is wished for (○), if it is another one.
    pub next: Option<f64>,
    /// The baseline's value (◇).
    pub base: Option<f64>,
    /// The default (┼).
    pub default: Option<f64>,
    /// The stops of a row of choices (┬).
    pub stops: Vec<f64>,
    /// From here on values cannot be reached (░).
    pub ceiling: Option<f64>,
    /// Whether the wish breaks a rule (✗ in place of ○).
    pub refused: bool,
    /// Whether the row has the keys.
    pub chosen: bool,
    /// Whether the row cannot matter now.
    pub idle: bool,
}

/// The column of a place on a track of `width` cells.
#[must_use]
pub fn column(place: f64, width: u16) -> u16 {
    cells(place.clamp(0.0, 1.0) * f64::from(width.saturating_sub(1)))
}

/// The place under a column of a track of `width` cells: what a click there means.
#[must_use]
pub fn place(column: u16, width: u16) -> f64 {
    if width < 2 {
        return 0.0;
    }
    (f64::from(column) / f64::from(width - 1)).min(1.0)
}

impl Slider {
    /// Draws the slider over `width` cells from column `x` of row `y`.
    pub fn draw(&self, pen: &mut Pen<'_>, x: u16, y: u16, width: u16, theme: &Theme) {
        if width == 0 {
            return;
        }
        let at = |place: f64| x + column(place, width);
        self.track(pen, (x, y, width), theme);
        let quiet = |role| if self.idle { Role::Idle } else { role };
        if let Some(place) = self.default {
            pen.put(at(place), y, '┼', theme.style(quiet(Role::Default)));
        }
        let same = self.base.is_some_and(|base| at(base) == at(self.now));
        if let Some(base) = self.base.filter(|_| !same) {
            pen.put(at(base), y, '◇', theme.style(quiet(Role::Base)));
        }
        let mark = if same { '◆' } else { '●' };
        pen.put(at(self.now), y, mark, theme.style(quiet(Role::Now)));
        if let Some(next) = self.next {
            let (symbol, role) = if self.refused {
                ('✗', Role::Bad)
            } else {
                ('○', Role::Next)
            };
            pen.put(
                self.next_column(next, x, width),
                y,
                symbol,
                theme.style(role),
            );
        }
    }

    /// The wish stands one cell beside the value where both would share one.
    fn next_column(&self, next: f64, x: u16, width: u16) -> u16 {
        let (now, at) = (column(self.now, width), column(next, width));
        let shown = if now != at {
            at
        } else if next > self.now && at + 1 < width {
            at + 1
        } else if next < self.now && at > 0 {
            at - 1
        } else {
            at
        };
        x + shown
    }

    fn track(&self, pen: &mut Pen<'_>, (x, y, width): (u16, u16, u16), theme: &Theme) {
        let track = theme.style(Role::Track);
        let filled = !self.idle && self.stops.is_empty();
        let now = column(self.now, width);
        for step in 0..width {
            let (symbol, style) = if filled && step < now {
                ('━', theme.style(Role::Fill))
            } else {
                ('─', track)
            };
            pen.put(x + step, y, symbol, style);
        }
        for stop in &self.stops {
            pen.put(x + column(*stop, width), y, '┬', track);
        }
        let left = if filled && now > 0 {
            theme.style(Role::Fill)
        } else {
            track
        };
        pen.put(x, y, if filled && now > 0 { '┝' } else { '├' }, left);
        pen.put(x + width - 1, y, '┤', track);
        if let Some(ceiling) = self.ceiling.filter(|ceiling| *ceiling < 1.0) {
            let first = column(ceiling, width) + 1;
            pen.rule(x + first, x + width, y, '░', theme.style(Role::Faint));
        }
    }
}

#[cfg(test)]
mod tests {
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;
    use termprofile::TermProfile;

    use super::*;
    use crate::tui::theme::ThemeChoice;

    fn drawn(slider: &Slider, width: u16) -> String {
        let mut buffer = Buffer::empty(Rect::new(0, 0, width, 1));
        let theme = Theme::new(ThemeChoice::Dark, TermProfile::TrueColor);
        let mut pen = Pen::new(&mut buffer, Rect::new(0, 0, width, 1));
        slider.draw(&mut pen, 0, 0, width, &theme);
        buffer
            .content()
            .iter()
            .map(ratatui::buffer::Cell::symbol)
            .collect()
    }

    #[test]
    fn all_marks_stand_where_their_values_are() {
        let slider = Slider {
            now: 0.25,
            next: Some(0.75),
            base: Some(0.5),
            default: Some(1.0),
            ..Slider::default()
        };
        assert_eq!(drawn(&slider, 13), "┝━━●──◇──○──┼");
    }

    #[test]
    fn now_at_the_baseline_is_one_mark() {
        let slider = Slider {
            now: 0.5,
            base: Some(0.5),
            default: Some(0.5),
            ..Slider::default()
        };
        assert_eq!(drawn(&slider, 9), "┝━━━◆───┤");
    }

    #[test]
    fn a_refused_wish_is_a_cross_and_a_small_one_stands_beside() {
        let slider = Slider {
            now: 0.5,
            next: Some(0.51),
            refused: true,
            ..Slider::default()
        };
        assert_eq!(drawn(&slider, 9), "┝━━━●✗──┤");
    }

    #[test]
    fn choices_have_stops_and_a_ceiling_shades_the_rest() {
        let choices = Slider {
            now: 1.0,
            stops: vec![0.0, 0.5, 1.0],
            ..Slider::default()
        };
        assert_eq!(drawn(&choices, 9), "├───┬───●");
        let bounded = Slider {
            now: 0.25,
            ceiling: Some(0.5),
            ..Slider::default()
        };
        assert_eq!(drawn(&bounded, 9), "┝━●──░░░░");
    }

    #[test]
    fn a_click_means_the_place_that_is_drawn_there() {
        for width in 2..40 {
            for at in 0..width {
                assert_eq!(column(place(at, width), width), at);
            }
        }
        assert!(place(3, 1).abs() < f64::EPSILON);
    }
}
