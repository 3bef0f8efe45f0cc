//! Where every panel stands, for every size of the screen.

use ratatui::layout::Rect;

use crate::tui::model::Panel;
use crate::tui::view::scene::Scene;

/// The steps of the layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// Everything: from 110 × 34 on.
    Wide,
    /// As much as 80 × 24 holds.
    Narrow,
    /// Sliders, figures and trials one below the other.
    Compact,
    /// The key figures in words.
    Tiny,
}

/// The rectangles of one picture; a panel that is not shown has an empty one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Layout {
    /// The step.
    pub size: Size,
    /// The lines at the top.
    pub header: Rect,
    /// The framed panel with the sliders.
    pub left: Rect,
    /// Lines within it for the settings, the workload and the conditions, without their headings.
    pub sections: [Rect; 3],
    /// The help for the chosen row, within the left frame.
    pub knob: Rect,
    /// Latency over time.
    pub heat: Rect,
    /// The distribution, with the table of percentiles.
    pub histogram: Rect,
    /// Sparklines (narrow only).
    pub sparks: Rect,
    /// Where records are, and the split of their time.
    pub stages: Rect,
    /// The trials.
    pub trials: Rect,
    /// Warnings, advice, messages.
    pub why: Rect,
    /// Keys.
    pub footer: Rect,
}

/// Hands out rows from the bottom of a screen upwards.
struct Stack {
    area: Rect,
}

impl Stack {
    fn bottom(&mut self, height: u16) -> Rect {
        let height = height.min(self.area.height);
        self.area.height -= height;
        Rect::new(self.area.x, self.area.bottom(), self.area.width, height)
    }

    fn top(&mut self, height: u16) -> Rect {
        let height = height.min(self.area.height);
        let given = Rect {
            height,
            ..self.area
        };
        self.area.y += height;
        self.area.height -= height;
        given
    }
}

impl Layout {
    /// The layout for an area.
    #[must_use]
    pub fn of(area: Rect, scene: &Scene<'_>) -> Self {
        let empty = Self::empty(area);
        if area.width < 40 || area.height < 10 {
            empty
        } else if area.width >= 110 && area.height >= 34 {
            empty.wide(area, scene)
        } else if area.width >= 72 && area.height >= 22 {
            empty.narrow(area, scene)
        } else {
            empty.compact(area, scene)
        }
    }

    fn empty(area: Rect) -> Self {
        let none = Rect::new(area.x, area.y, 0, 0);
        Self {
            size: Size::Tiny,
            header: none,
            left: none,
            sections: [none; 3],
            knob: none,
            heat: none,
            histogram: none,
            sparks: none,
            stages: none,
            trials: none,
            why: none,
            footer: none,
        }
    }

    fn wide(mut self, area: Rect, scene: &Scene<'_>) -> Self {
        self.size = Size::Wide;
        let mut stack = Stack { area };
        self.header = stack.top(2);
        self.footer = stack.bottom(1);
        let lines = if area.height >= 44 { 2 } else { 1 };
        self.why = stack.bottom(lines + u16::from(super::why::warns(scene)));
        let spare = area.height.saturating_sub(40) / 4;
        self.trials = stack.bottom(7 + spare);
        self.stages = stack.bottom(2);
        let body = stack.area;
        let left = (area.width * 37 / 100).clamp(46, 64);
        self.left = Rect {
            width: left,
            ..body
        };
        let right = Rect::new(body.x + left, body.y, body.width - left, body.height);
        let heat = (right.height * 2 / 5).max(8);
        self.heat = Rect {
            height: heat,
            ..right
        };
        self.histogram = Rect::new(right.x, right.y + heat, right.width, right.height - heat);
        self.split_left(scene);
        self
    }

    /// Divides the left frame: the panel with the keys gets what it can use, the others keep a few rows.
    fn split_left(&mut self, scene: &Scene<'_>) {
        let inner = inside(self.left);
        let help = (inner.height / 4).clamp(5, 9);
        let rows = inner.height.saturating_sub(help + 3);
        let wanted = [Panel::Settings, Panel::Workload, Panel::Conditions].map(rows_of);
        let least = [5.min(wanted[0]), 3.min(wanted[1]), 1.min(wanted[2])];
        let mut given = least;
        let mut free = rows.saturating_sub(given.iter().sum());
        let first = scene.model.focus.index().unwrap_or(0);
        for (at, share) in [(first, 1), (0, 1), (1, 2), (2, 1), (1, 1)] {
            let more = (wanted[at].saturating_sub(given[at]) / share).min(free);
            given[at] += more;
            free -= more;
        }
        let mut y = inner.y;
        for (section, height) in self.sections.iter_mut().zip(given) {
            *section = Rect::new(inner.x, y, inner.width, height).intersection(inner);
            y += height + 1;
        }
        let knob = Rect::new(inner.x, y, inner.width, inner.bottom().saturating_sub(y));
        self.knob = knob.intersection(inner);
    }

    fn narrow(mut self, area: Rect, scene: &Scene<'_>) -> Self {
        self.size = Size::Narrow;
        let mut stack = Stack { area };
        self.header = stack.top(2);
        self.footer = stack.bottom(1);
        self.why = stack.bottom(2);
        let spare = area.height.saturating_sub(24) / 3;
        self.trials = stack.bottom(5 + spare);
        self.stages = stack.bottom(1);
        self.sparks = stack.bottom(2);
        let body = stack.area;
        let left = (area.width * 46 / 100).clamp(36, 52);
        self.left = Rect {
            width: left,
            ..body
        };
        self.histogram = Rect::new(body.x + left, body.y, body.width - left, body.height);
        self.one_section(scene);
        self
    }

    fn compact(mut self, area: Rect, scene: &Scene<'_>) -> Self {
        self.size = Size::Compact;
        let mut stack = Stack { area };
        self.header = stack.top(2);
        self.footer = stack.bottom(1);
        self.why = stack.bottom(1);
        let body = stack.area.height;
        self.trials = stack.bottom((body * 2 / 5).max(2));
        self.sparks = if body >= 10 {
            stack.bottom(2)
        } else {
            stack.bottom(0)
        };
        self.left = stack.area;
        self.one_section(scene);
        self
    }

    /// One panel at a time; beside the settings the first rows of the others, as far as there is room.
    fn one_section(&mut self, scene: &Scene<'_>) {
        let inner = inside(self.left);
        let rows = Rect {
            height: inner.height.saturating_sub(1),
            ..inner
        };
        let at = scene.model.focus.index().unwrap_or(0);
        let extra = u16::from(at == 0 && rows.height >= 7);
        let mut y = rows.y;
        for (place, section) in self.sections.iter_mut().enumerate() {
            let height = if place == at {
                rows.height
                    .saturating_sub(2 * extra)
                    .min(rows_of(Panel::ALL[place]))
            } else {
                extra
            };
            *section = Rect::new(rows.x, y, rows.width, height).intersection(rows);
            y += height;
        }
    }
}

/// The rectangle within a frame.
#[must_use]
pub fn inside(frame: Rect) -> Rect {
    Rect::new(
        frame.x + u16::from(frame.width > 1),
        frame.y + u16::from(frame.height > 1),
        frame.width.saturating_sub(2),
        frame.height.saturating_sub(2),
    )
}

fn rows_of(panel: Panel) -> u16 {
    u16::try_from(panel.knobs().len()).unwrap_or(u16::MAX)
}
