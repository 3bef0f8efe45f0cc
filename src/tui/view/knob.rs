//! The help for the chosen row: what it does, what it trades, why it may not matter, what is about to happen. For a chosen trial: its story.

use ratatui::text::Line;

use crate::lab::TrialReading;
use crate::settings::Millis;
use crate::settings::{Knob, Severity};
use crate::snapshot::Transactions;
use crate::tui::theme::Role;
use crate::tui::view::scene::{Scene, origin, source_words};
use crate::tui::widgets::number::{grouped, short, time};
use crate::tui::widgets::pen::{Pen, cut, width, wrap};

/// A paragraph: how it looks, what it says.
type Paragraph = (Role, String);

/// Draws the help into its place; its heading goes into the edge above.
pub fn draw(pen: &mut Pen<'_>, scene: &Scene<'_>) {
    if pen.height() == 0 || pen.area().y == 0 {
        return;
    }
    if let Some(row) = scene.model.knob() {
        heading(pen, row.name, &defaults(row), scene);
        paragraphs(pen, &of_row(row, scene), scene);
    } else if let Some(trial) = scene
        .reading
        .trial(scene.model.trial_in_hand(scene.reading))
    {
        heading(pen, &format!("trial #{}", trial.number), "", scene);
        paragraphs(pen, &of_trial(trial, scene), scene);
    }
}

fn heading(pen: &mut Pen<'_>, name: &str, note: &str, scene: &Scene<'_>) {
    let edge = scene.style(Role::Border);
    let y = scene_y(pen);
    let x = pen.area().x.saturating_sub(1);
    let w = pen.width() + 2;
    let mut line = pen_above(pen, x, y, w);
    line.rule(1, w - 1, 0, '─', edge);
    line.put(0, 0, '├', edge);
    line.put(w - 1, 0, '┤', edge);
    let title = format!(" {name} ");
    line.text(2, 0, &title, scene.style(Role::Title));
    if !note.is_empty() {
        let note = Line::from(scene.span(Role::Label, format!(" {note} ")));
        line.edge_note(0, width(&title), &note);
    }
}

fn scene_y(pen: &Pen<'_>) -> u16 {
    pen.area().y.saturating_sub(1)
}

fn pen_above<'b>(pen: &'b mut Pen<'_>, x: u16, y: u16, w: u16) -> Pen<'b> {
    pen.part(ratatui::layout::Rect::new(x, y, w, 1))
}

fn defaults(row: &Knob) -> String {
    let own = row.show(&row.default_value());
    let java = row.java_default.map(|text| {
        row.parse(text)
            .map_or_else(|_| text.to_owned(), |value| row.show(&value))
    });
    match (row.group.is_producer(), java) {
        (true, Some(java)) if java.is_empty() || own.is_empty() => format!("librdkafka {own}"),
        (true, Some(java)) => format!("librdkafka {own} · Java {java}"),
        (true, None) => format!("librdkafka {own}"),
        (false, _) if own.is_empty() => String::new(),
        (false, _) => format!("default {own}"),
    }
}

/// What is about to happen, first; then what the row does.
fn of_row(row: &'static Knob, scene: &Scene<'_>) -> Vec<Paragraph> {
    let mut text = pending(scene);
    let findings = scene.model.findings.iter();
    for finding in findings.filter(|it| it.knobs.contains(&row.name)) {
        let refused = finding.severity == Severity::Refuse;
        if refused && scene.model.refusal().is_some() {
            continue;
        }
        let sign = if refused { "✗" } else { "!" };
        let role = if refused { Role::Bad } else { Role::Warn };
        text.push((role, format!("{sign} {}", finding.sentence)));
    }
    if let Some(reason) = (row.idle)(&scene.next, &scene.around) {
        text.push((Role::Warn, format!("≡ no effect now: {reason}")));
    }
    text.push((Role::Text, row.about.to_owned()));
    text.push((Role::Label, row.trade.to_owned()));
    if let Some(java) = row.java.filter(|java| *java != row.name) {
        text.push((Role::Faint, format!("Java: {java}")));
    }
    let source = source_words(scene.next.source(row.name));
    text.push((Role::Faint, format!("value: {source}")));
    text
}

/// A typed value's fault, a refusal with its mend, or how far the next trial is.
#[must_use]
pub fn pending(scene: &Scene<'_>) -> Vec<Paragraph> {
    let model = scene.model;
    if let Some(typing) = &model.typing {
        let problem = typing
            .problem
            .as_ref()
            .map(|text| (Role::Bad, format!("✗ {text}")));
        return vec![problem.unwrap_or((Role::Next, "⏎ apply · Esc back".into()))];
    }
    if let Some(finding) = model.refusal() {
        let mut text = vec![(Role::Bad, format!("✗ {}", finding.sentence))];
        let mend = finding
            .mend
            .as_ref()
            .map(|mend| format!("⏎ {} · Esc drop", mend.text));
        text.push((Role::Next, mend.unwrap_or_else(|| "Esc drop".into())));
        return text;
    }
    if let Some(wish) = &model.wish {
        let number = scene
            .reading
            .trials
            .last()
            .map_or(1, |trial| trial.number + 1);
        let text = if let Some(waiting) = &scene.reading.waiting {
            format!("○ #{number} waits: {waiting} · Esc drop")
        } else if model.held {
            format!("○ #{number} is held · ⏎ apply all · Esc drop")
        } else {
            let waited = model.now.saturating_sub(wish.changed);
            let left = 0.5 - waited.as_secs_f64().min(0.5);
            format!("○ #{number} opens in {left:.1} s · ⏎ now · Esc drop")
        };
        return vec![(Role::Next, text)];
    }
    if let Some(refused) = &scene.reading.refused {
        return vec![(Role::Bad, format!("✗ {}", refused.reason))];
    }
    if let Some(opening) = &scene.reading.opening {
        let text = format!("○ opening #{}: {}", opening.number, opening.progress);
        return vec![(Role::Next, text)];
    }
    Vec::new()
}

fn of_trial(trial: &TrialReading, scene: &Scene<'_>) -> Vec<Paragraph> {
    let mut text = Vec::new();
    if let Some(note) = &trial.note {
        text.push((Role::Next, format!("“{note}”")));
    }
    let story = scene
        .base
        .filter(|base| base.number != trial.number)
        .map_or_else(
            || origin(&trial.settings),
            |base| scene.changes(&trial.settings, &base.settings),
        );
    text.push((Role::Text, story));
    let accounts = &trial.accounts;
    text.push((
        Role::Label,
        format!(
            "{} attempted, {} delivered, {} failed",
            grouped(accounts.attempted),
            grouped(accounts.delivered),
            grouped(accounts.failed)
        ),
    ));
    if let Some(transactions) = &trial.transactions {
        text.extend(transacted(transactions));
    }
    for error in &trial.errors {
        text.push((
            Role::Bad,
            format!("{} {}", grouped(error.count), error.code),
        ));
    }
    if trial.unread_failures > 0 {
        let count = grouped(trial.unread_failures);
        text.push((
            Role::Bad,
            format!("{count} failures that the application never reads"),
        ));
    }
    if let Some(took) = trial.turn_took {
        let took = time(Millis::of(took));
        let pause = trial.turn_pause.map_or_else(String::new, |pause| {
            format!(", {} after the last one before it", time(Millis::of(pause)))
        });
        text.push((
            Role::Faint,
            format!("first record {took} after the turn{pause}"),
        ));
    }
    text
}

/// What became of a trial's transactions.
fn transacted(transactions: &Transactions) -> Vec<Paragraph> {
    let aborted = transactions.aborts + transactions.failed;
    let commit = transactions.commit_ms.p50;
    let commit = commit.map_or_else(String::new, |commit| format!(" in {} each", time(commit)));
    let size = transactions.records_mean();
    let size = size.map_or_else(String::new, |size| {
        format!(", {} records each", short(size))
    });
    let text = format!(
        "{} transactions committed{commit}, {} aborted{size}",
        grouped(transactions.commits),
        grouped(aborted)
    );
    let mut all = vec![(Role::Label, text)];
    if transactions.fenced {
        let text = "FENCED: another producer of this transactional.id took over";
        all.push((Role::Bad, text.into()));
    }
    all
}

fn paragraphs(pen: &mut Pen<'_>, text: &[Paragraph], scene: &Scene<'_>) {
    let room = pen.width().saturating_sub(2);
    let mut y = 0;
    for (role, words) in text {
        for (at, line) in wrap(words, room.saturating_sub(2)).into_iter().enumerate() {
            let indent = if at == 0 { 1 } else { 3 };
            pen.text(indent, y, cut(&line, room), scene.style(*role));
            y += 1;
        }
    }
}
