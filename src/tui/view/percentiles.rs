//! The table of percentiles, with the difference to what the live trial is held against.

use ratatui::text::Line;

use crate::lab::{Figure, FollowedReading, GoalState, Relation};
use crate::measure::Latencies;
use crate::measure::comparison::Verdict;
use crate::settings::Millis;
use crate::tui::theme::Role;
use crate::tui::view::scene::{Behind, Scene};
use crate::tui::widgets::number::{change, float, millis, short, significant, trimmed};
use crate::tui::widgets::pen::{Pen, cut, width};

/// The difference of two figures, in words and with a mark that does not need colour.
#[derive(Clone, Debug, PartialEq)]
pub struct Delta {
    /// `−47%`.
    pub text: String,
    /// △ more, ▽ less (seen once, not proved), ▲ ▼ proved by a comparison, ≈ within the spread or proved to be alike.
    pub mark: char,
    /// Better, worse, or neither.
    pub role: Role,
}

/// The difference of a latency from another; `spread` is the sum of both relative half-widths, where known.
#[must_use]
pub fn delta(now: Option<Millis>, other: Option<Millis>, spread: Option<f64>) -> Option<Delta> {
    let (now, other) = (now?, other.filter(|other| other.0 > 0.0)?);
    let relative = now.0 / other.0 - 1.0;
    let text = change(relative);
    let noise = spread.unwrap_or(0.0).max(0.005);
    let (mark, role) = if relative.abs() <= noise {
        ('≈', Role::Label)
    } else if relative > 0.0 {
        ('△', Role::Bad)
    } else {
        ('▽', Role::Good)
    };
    Some(Delta { text, mark, role })
}

impl Delta {
    /// The same with the mark of what a comparison of the base (A) with this row (B) proved of the latency.
    #[must_use]
    pub fn proved(self, verdict: Option<Verdict>) -> Self {
        let (mark, role) = match verdict {
            Some(Verdict::ABetter) => ('▲', Role::Bad),
            Some(Verdict::BBetter) => ('▼', Role::Good),
            Some(Verdict::NoDifference) => ('≈', Role::Label),
            Some(Verdict::Inconclusive) | None => return self,
        };
        Self { mark, role, ..self }
    }
}

/// Sum of the relative half-widths of two spreads: of the median, or of the tail.
#[must_use]
pub fn spread(one: Option<(f64, f64)>, other: Option<(f64, f64)>, tail: bool) -> Option<f64> {
    let pick = |spread: (f64, f64)| if tail { spread.1 } else { spread.0 };
    one.zip(other).map(|(one, other)| pick(one) + pick(other))
}

/// A percentile as text: `3.92`, `≥120`, `n/a`.
#[must_use]
pub fn figure(time: Option<Millis>, of: &Latencies) -> String {
    time.map_or_else(
        || "n/a".into(),
        |time| {
            let bound = of.is_at_least(time);
            format!("{}{}", if bound { "≥" } else { "" }, millis(time))
        },
    )
}

/// The rows that the table takes at a width; records that are read back have one more.
#[must_use]
pub fn height(width: u16, scene: &Scene<'_>) -> u16 {
    let followed = scene.live.is_some_and(|live| live.followed.is_some());
    let rows = if width >= 60 { 4 } else { 3 };
    rows + u16::from(followed)
}

const NAMES: [&str; 7] = ["p50", "p90", "p95", "p99", "p99.9", "p99.99", "max"];

/// Draws the table.
pub fn draw(pen: &mut Pen<'_>, behind: Option<&Behind<'_>>, scene: &Scene<'_>) {
    let wide = pen.width() >= 60;
    let shown: Vec<usize> = if wide {
        (0..7).collect()
    } else {
        vec![0, 1, 3, 4, 6]
    };
    let first = if wide { 11 } else { 5 };
    let verdict = if wide { 12 } else { 2 };
    let room = pen.width().saturating_sub(first + verdict);
    let step = (room / u16::try_from(shown.len()).unwrap_or(1)).clamp(5, 10);
    let end = |at: usize| first + step * (u16::try_from(at).unwrap_or(0) + 1);
    pen.text(1, 0, "ms", scene.style(Role::Faint));
    for (at, column) in shown.iter().enumerate() {
        pen.right(end(at), 0, NAMES[*column], scene.style(Role::Label));
    }
    let Some(trial) = scene.live else { return };
    let row = |pen: &mut Pen<'_>, y: u16, name: &str, of: &Latencies, role: Role| {
        pen.text(1, y, name, scene.style(Role::Label));
        let figures = times(of);
        for (at, column) in shown.iter().enumerate() {
            pen.right(end(at), y, &figure(figures[*column], of), scene.style(role));
        }
    };
    let name = if wide { scene.response_name() } else { "now" };
    row(pen, 1, name, &trial.response, Role::Figure);
    let x = end(shown.len() - 1) + 1;
    let mut y = 2;
    if let Some(followed) = &trial.followed {
        let name = if wide { "due→read" } else { "read" };
        row(pen, y, name, &followed.end_to_end, Role::Figure);
        if wide {
            let (text, role) = read_back(followed);
            pen.text(x, y, text, scene.style(role));
        }
        y += 1;
    }
    if wide {
        let name = if scene.unacknowledged() {
            "accepted→"
        } else {
            "accept→ack"
        };
        row(pen, y, name, &trial.delivery, Role::Text);
        goals(pen, x, scene);
        let send = trial
            .send
            .mean
            .map_or_else(|| "n/a".into(), |time| significant(time.0));
        pen.text(x, y, format!("send() {send}"), scene.style(Role::Label));
    }
    let y = height(pen.width(), scene) - 1;
    if scene.unacknowledged() {
        let text = if trial.followed.is_some() {
            "acks=0: no broker answers, only reading proves arrival"
        } else {
            "acks=0: no broker answers, nothing proves arrival"
        };
        pen.text(
            1,
            y,
            cut(text, pen.width().saturating_sub(2)),
            scene.style(Role::Warn),
        );
    } else if let Some(behind) = behind {
        differences(pen, y, &shown, &end, behind, scene);
    }
}

/// What stands beside the times: records that were read before they were due, else how far the follower is behind.
fn read_back(followed: &FollowedReading) -> (String, Role) {
    let count = |records: u64| short(float(records));
    if followed.early > 0 {
        (format!("{} early", count(followed.early)), Role::Warn)
    } else {
        (format!("lag {}", count(followed.unread)), Role::Label)
    }
}

fn times(of: &Latencies) -> [Option<Millis>; 7] {
    [of.p50, of.p90, of.p95, of.p99, of.p99_9, of.p99_99, of.max]
}

fn differences(
    pen: &mut Pen<'_>,
    y: u16,
    shown: &[usize],
    end: &dyn Fn(usize) -> u16,
    behind: &Behind<'_>,
    scene: &Scene<'_>,
) {
    let Some(trial) = scene.live else { return };
    let wide = pen.width() >= 60;
    let name = if wide {
        format!("vs {}", behind.short)
    } else {
        format!("Δ{}", behind.short)
    };
    pen.text(1, y, name, scene.style(Role::Label));
    if scene.now.number("rate").is_infinite() {
        let text = "full speed: a queue's length, not a latency";
        pen.text(end(0).saturating_sub(3), y, text, scene.style(Role::Label));
        return;
    }
    if !behind.differs.is_empty() {
        let from = end(0).saturating_sub(3);
        let text = format!("no match: other {}", behind.differs.join(", "));
        let room = pen.width().saturating_sub(from + 1);
        pen.text(from, y, cut(&text, room), scene.style(Role::Warn));
        return;
    }
    let (now, other) = (times(&trial.response), times(behind.response));
    let proved: Vec<(&str, Verdict)> = behind.settings.map_or_else(Vec::new, |base| {
        let proofs = scene.model.proofs_of(base, &trial.settings);
        proofs
            .map(|(metric, verdict)| (metric.name(), verdict))
            .collect()
    });
    let proof_of = |name: &str| {
        proved
            .iter()
            .find(|proof| proof.0 == name)
            .map(|proof| proof.1)
    };
    let delta_of = |column: usize| {
        let noise = spread(trial.spread, behind.spread, column > 0);
        let delta = delta(now[column], other[column], noise)?;
        Some(delta.proved(proof_of(NAMES[column])))
    };
    for (at, column) in shown.iter().enumerate() {
        let delta = delta_of(*column);
        let (text, role) = delta.map_or(("n/a".into(), Role::Faint), |it| {
            let near = it.mark == '≈';
            (
                if near {
                    format!("≈{}", it.text)
                } else {
                    it.text
                },
                it.role,
            )
        });
        pen.right(end(at), y, &text, scene.style(role));
    }
    // What was proved last is told; nothing proved, the tail.
    let column = |name: &str| NAMES.iter().position(|it| *it == name);
    let last = proved.iter().find_map(|(name, _)| column(name));
    let Some(told) = delta_of(last.unwrap_or(3)) else {
        return;
    };
    let x = end(shown.len() - 1) + 1;
    let room = pen.width().saturating_sub(x);
    let text = match (wide, last, told.mark) {
        (false, _, mark) => mark.to_string(),
        (true, Some(at), mark) => proven(mark, NAMES[at], room),
        (true, None, '≈') => "≈ within noise".to_owned(),
        (true, None, mark) => format!("{mark} unproven"),
    };
    pen.text(x, y, text, scene.style(told.role));
}

/// `▼p99 proven`, `≈p50 alike`; without the figure's name where that does not fit.
fn proven(mark: char, name: &str, room: u16) -> String {
    let word = if mark == '≈' { "alike" } else { "proven" };
    let text = format!("{mark}{name} {word}");
    if width(&text) <= room {
        text
    } else {
        format!("{mark} {word}")
    }
}

fn goals(pen: &mut Pen<'_>, x: u16, scene: &Scene<'_>) {
    let Some(trial) = scene.live else { return };
    let Some(goal) = scene.model.goals.first() else {
        return;
    };
    let (sign, role) = state(trial.goals.first());
    let text = format!("{sign} {}", goal_words(goal));
    let room = pen.width().saturating_sub(x);
    if width(&text) <= room {
        pen.line(x, 1, &Line::from(scene.span(role, text)));
    } else {
        pen.text(x, 1, format!("goal {sign}"), scene.style(role));
    }
}

/// The sign and the role of a goal's state.
#[must_use]
pub fn state(state: Option<&GoalState>) -> (char, Role) {
    match state {
        Some(GoalState::Held) => ('✓', Role::Good),
        Some(GoalState::Missed) => ('✗', Role::Bad),
        Some(GoalState::Unknown) | None => ('·', Role::Faint),
    }
}

/// A goal as it is typed: `p99<20`.
#[must_use]
pub fn goal_words(goal: &crate::lab::Goal) -> String {
    let figure = match goal.figure {
        Figure::Percentile(percent) => format!("p{}", trimmed(percent)),
        figure => figure.name().into(),
    };
    let relation = match goal.relation {
        Relation::Below => "<",
        Relation::AtMost => "≤",
        Relation::Equal => "=",
        Relation::AtLeast => "≥",
        Relation::Above => ">",
    };
    format!("{figure}{relation}{}", trimmed(goal.bound))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(now: f64, other: f64, spread: Option<f64>) -> (String, char) {
        delta(Some(Millis(now)), Some(Millis(other)), spread)
            .map(|delta| (delta.text, delta.mark))
            .unwrap()
    }

    #[test]
    fn a_difference_seen_once_is_hollow_and_within_the_spread_about_equal() {
        assert_eq!(marks(11.9, 24.8, Some(0.1)), ("−52%".into(), '▽'));
        assert_eq!(marks(61.0, 19.5, None), ("+213%".into(), '△'));
        assert_eq!(marks(24.1, 24.8, Some(0.06)), ("−3%".into(), '≈'));
        assert_eq!(delta(None, Some(Millis(1.0)), None), None);
        assert_eq!(delta(Some(Millis(1.0)), Some(Millis(0.0)), None), None);
    }

    #[test]
    fn a_bound_from_below_says_so() {
        let of = Latencies {
            at_least_from: Some(Millis(100.0)),
            ..Latencies::default()
        };
        assert_eq!(figure(Some(Millis(120.0)), &of), "≥120");
        assert_eq!(figure(Some(Millis(3.92)), &of), "3.92");
        assert_eq!(figure(None, &of), "n/a");
    }
}
