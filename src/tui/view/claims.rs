//! The window of claims: the list, and of the chosen one what is claimed, what is done, what was counted and what that says.

use ratatui::layout::Rect;

use crate::report::format::three;
use crate::scenario::{self, Arm, Figure, Round, Scenario, Verdict};
use crate::tui::action::{Action, key_of};
use crate::tui::model::{Claims, Trying};
use crate::tui::theme::Role;
use crate::tui::view::dialogs::{over_panels, window};
use crate::tui::view::scene::Scene;
use crate::tui::widgets::number::{clock, grouped};
use crate::tui::widgets::pen::{Pen, cut, wrap};

/// The list takes this much of the window, in hundredths.
const LIST: u16 = 36;

/// A line in its role, indented by so many cells.
type Told = (Role, u16, String);

/// Draws the window, if it is in front.
pub fn draw(pen: &mut Pen<'_>, scene: &Scene<'_>) {
    let Some(claims) = scene.model.claims_in_front() else {
        return;
    };
    let (room, size) = over_panels(pen.area());
    let mut middle = pen.part(room);
    let (mut window, inner) = window(
        &mut middle,
        size,
        "claims, put to the test",
        &keys(claims),
        scene,
    );
    let left = inner.width * LIST / 100;
    list(
        &mut window.part(Rect {
            width: left,
            ..inner
        }),
        claims,
        scene,
    );
    let right = Rect {
        x: inner.x + (left + 1).min(inner.width),
        width: inner.width.saturating_sub(left + 1),
        ..inner
    };
    let mut part = window.part(right);
    let lines = chosen(claims, right.width, scene);
    for (y, (role, indent, text)) in (0..right.height).zip(lines) {
        part.text(
            indent,
            y,
            cut(&text, right.width.saturating_sub(indent)),
            scene.style(role),
        );
    }
}

fn keys(claims: &Claims) -> String {
    match claims.trying {
        Some(_) => "the lab's load pauses · Esc ends it".into(),
        None => format!("↑↓ choose · ⏎ run · {} close", key_of(Action::Back)),
    }
}

fn list(pen: &mut Pen<'_>, claims: &Claims, scene: &Scene<'_>) {
    let space = usize::from(pen.height());
    let first = (claims.at + 1).saturating_sub(space);
    let rows = scenario::all().enumerate().skip(first);
    for (y, (at, row)) in (0..pen.height()).zip(rows) {
        let chosen = at == claims.at;
        let can_run = claims.lack(at).is_none();
        let role = match (chosen, can_run) {
            (true, _) => Role::Cursor,
            (false, true) => Role::Text,
            (false, false) => Role::Idle,
        };
        pen.text(
            0,
            y,
            if chosen { "▸" } else { " " },
            scene.style(Role::Cursor),
        );
        pen.text(1, y, row.id, scene.style(role));
        let (mark, mark_role) = mark(claims, at);
        pen.text(5, y, mark, scene.style(mark_role));
        let room = pen.width().saturating_sub(7);
        pen.text(7, y, cut(row.claim, room), scene.style(role));
    }
}

fn mark(claims: &Claims, at: usize) -> (&'static str, Role) {
    if claims.trying.as_ref().is_some_and(|it| it.at == at) {
        return ("●", Role::Now);
    }
    claims
        .round(at)
        .map_or((" ", Role::Text), |round| sign(round.verdict))
}

fn sign(verdict: Verdict) -> (&'static str, Role) {
    match verdict {
        Verdict::Reproduced => ("✓", Role::Good),
        Verdict::Contradicted => ("✗", Role::Bad),
        Verdict::NotTestable => ("–", Role::Warn),
        Verdict::NotExercised => ("·", Role::Warn),
    }
}

/// What there is to say of the chosen one.
fn chosen(claims: &Claims, room: u16, scene: &Scene<'_>) -> Vec<Told> {
    let Some(row) = Claims::scenario(claims.at) else {
        return Vec::new();
    };
    let mut lines = Vec::new();
    say(
        &mut lines,
        Role::Figure,
        0,
        &format!("{}: {}.", row.id, row.claim),
        room,
    );
    if let Some(trying) = claims.trying.as_ref().filter(|it| it.at == claims.at) {
        running(&mut lines, trying, room, scene);
    } else if let Some(round) = claims.round(claims.at) {
        over(&mut lines, round, room);
    } else if let Some(lack) = claims.lack(claims.at) {
        say(&mut lines, Role::Warn, 0, lack, room);
    }
    about(&mut lines, row, room);
    lines
}

fn say(lines: &mut Vec<Told>, role: Role, indent: u16, text: &str, room: u16) {
    let parts = wrap(text, room.saturating_sub(indent)).into_iter();
    lines.extend(parts.map(|line| (role, indent, line)));
}

/// A name, and what it says behind it.
fn named(lines: &mut Vec<Told>, name: &str, text: &str, room: u16) {
    if !text.is_empty() {
        say(lines, Role::Label, 0, &format!("{name}: {text}"), room);
    }
}

fn about(lines: &mut Vec<Told>, row: &Scenario, room: u16) {
    named(lines, "needs", &row.needs.to_string(), room);
    named(lines, "control", row.control, room);
    named(lines, "treatment", row.treatment, room);
    named(lines, "counted", row.counted, room);
    named(lines, "holds if", row.rule.about(), room);
    named(lines, "librdkafka differs", row.differs, room);
}

fn running(lines: &mut Vec<Told>, trying: &Trying, room: u16, scene: &Scene<'_>) {
    let took = scene.model.now.saturating_sub(trying.since);
    let text = format!("● {} {}", clock(took), trying.says);
    say(lines, Role::Now, 0, &text, room);
    for arm in &trying.arms {
        say(lines, Role::Text, 0, &arm.name, room);
        let counts = format!(
            "delivered {} of {} · failed {} · retries {}",
            grouped(arm.delivered),
            grouped(arm.attempted),
            grouped(arm.failed),
            grouped(arm.retries)
        );
        say(lines, Role::Figure, 2, &counts, room);
    }
}

fn over(lines: &mut Vec<Told>, round: &Round, room: u16) {
    let (sign, role) = sign(round.verdict);
    let verdict = format!(
        "{sign} {} in {:.0} s: {}",
        round.verdict.name().to_uppercase(),
        round.took_s,
        round.reason
    );
    say(lines, role, 0, &verdict, room);
    let arms = [("control", &round.control), ("treatment", &round.treatment)];
    for (which, counted) in arms {
        if let Some(counted) = counted {
            arm(lines, which, counted, room);
        }
    }
    for further in &round.further {
        arm(lines, "beside", further, room);
    }
    for check in &round.checks {
        let (sign, role) = if check.holds {
            ("✓", Role::Good)
        } else {
            ("✗", Role::Bad)
        };
        say(lines, role, 0, &format!("{sign} {}", check.says), room);
    }
    let client = crate::settings::native::version();
    let lesson = &round.lesson;
    if !lesson.is_empty() {
        say(
            lines,
            Role::Text,
            0,
            &format!("why  {lesson} (librdkafka {client})"),
            room,
        );
    }
    lines.push((Role::Text, 0, String::new()));
}

fn arm(lines: &mut Vec<Told>, which: &str, arm: &Arm, room: u16) {
    say(
        lines,
        Role::Text,
        0,
        &format!("{which}: {}", arm.name),
        room,
    );
    let figure = |(name, figure): (&String, &Figure)| match figure {
        Figure::Count(count) => format!("{name} {}", grouped(*count)),
        Figure::Measure(measure) => format!("{name} {}", three(*measure)),
    };
    let mut words: Vec<String> = arm.counts.iter().map(figure).collect();
    if arm.faults > 0 {
        words.push(format!("faults that hit {}", arm.faults));
    }
    say(lines, Role::Figure, 2, &words.join(" · "), room);
    for note in &arm.notes {
        say(lines, Role::Label, 2, note, room);
    }
}
