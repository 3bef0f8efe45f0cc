//! The lines at the top: where the records go, and the accounts.

use std::fmt::Write as _;

use ratatui::text::{Line, Span};

use crate::cluster::ClusterKind;
use crate::lab::LoadState;
use crate::tui::theme::Role;
use crate::tui::view::scene::Scene;
use crate::tui::widgets::number::{bytes, clock, float, grouped, mib, short};
use crate::tui::widgets::pen::{Pen, cut};

/// Draws both lines.
pub fn draw(pen: &mut Pen<'_>, scene: &Scene<'_>) {
    let right = load(scene);
    let room = pen.width().saturating_sub(cells_of(&right) + 2);
    let mut line = brand(scene);
    let room = room.saturating_sub(cells_of(&line));
    line.extend(fit(&place(scene, room), " · ", room, scene));
    pen.line(0, 0, &Line::from(line));
    pen.line_right(pen.width().saturating_sub(1), 0, &Line::from(right));
    let accounts = accounts(scene, pen.width() < 110);
    let mut line = vec![Span::raw(" ")];
    line.extend(fit(&accounts, " │ ", pen.width().saturating_sub(1), scene));
    pen.line(0, 1, &Line::from(line));
}

/// A piece of a line: its rank (the highest number goes first when there is no room) and its text.
type Piece<'a> = (u8, Vec<Span<'a>>);

/// Joins pieces, leaving out the least important ones until the rest fits.
fn fit<'a>(
    pieces: &[Piece<'a>],
    joint: &'static str,
    room: u16,
    scene: &Scene<'_>,
) -> Vec<Span<'a>> {
    let mut worst = pieces.iter().map(|piece| piece.0).max().unwrap_or(0);
    loop {
        let mut line: Vec<Span<'a>> = Vec::new();
        for (_, spans) in pieces.iter().filter(|piece| piece.0 <= worst) {
            if !line.is_empty() {
                line.push(scene.span(Role::Faint, joint));
            }
            line.extend(spans.iter().cloned());
        }
        if worst == 0 || cells_of(&line) <= room {
            return line;
        }
        worst -= 1;
    }
}

fn cells_of(spans: &[Span<'_>]) -> u16 {
    let cells: usize = spans.iter().map(Span::width).sum();
    u16::try_from(cells).unwrap_or(u16::MAX)
}

fn brand<'a>(scene: &Scene<'_>) -> Vec<Span<'a>> {
    let badge = match scene.latest.cluster.kind {
        ClusterKind::Embedded => scene.span(Role::Embedded, " EMBEDDED simulated "),
        ClusterKind::Real => scene.span(Role::Real, " REAL "),
    };
    vec![
        scene.span(Role::Brand, " linger "),
        Span::raw(" "),
        badge,
        Span::raw(" "),
    ]
}

fn place<'a>(scene: &Scene<'_>, room: u16) -> Vec<Piece<'a>> {
    let facts = &scene.latest.cluster;
    let mut pieces: Vec<Piece<'a>> = Vec::new();
    let label = |text: String| vec![scene.span(Role::Label, text)];
    if let Some(id) = facts
        .cluster_id
        .as_ref()
        .filter(|_| facts.kind == ClusterKind::Real)
    {
        pieces.push((3, vec![scene.span(Role::Text, cut(id, 22))]));
    }
    let up = facts.brokers.iter().filter(|broker| broker.up).count();
    let all = facts.brokers.len();
    let version = facts
        .broker_version
        .as_ref()
        .map(|version| format!(" {version}"));
    let version = version.unwrap_or_default();
    if up == all {
        let noun = if all == 1 { "broker" } else { "brokers" };
        pieces.push((1, label(format!("{all} {noun}{version}"))));
    } else {
        let text = format!("{up} of {all} brokers up{version}");
        pieces.push((0, vec![scene.span(Role::Bad, text)]));
    }
    if facts.kind == ClusterKind::Embedded || facts.wire {
        let rtt = scene.now.number("rtt.ms");
        pieces.push((
            2,
            label(format!("+{} ms", crate::tui::widgets::number::trimmed(rtt))),
        ));
    } else if !facts.security.is_empty() {
        pieces.push((4, label(facts.security.clone())));
    }
    let topic = &facts.topic;
    let name = vec![scene.span(Role::Text, cut(&topic.name, 28))];
    let mut shape = format!(" {}p", topic.partitions);
    if let Some(copies) = topic.replication_factor {
        let _ = write!(shape, " rf {copies}");
    }
    if let Some(least) = topic.min_insync_replicas {
        let _ = write!(shape, " min.isr {least}");
    }
    let mut long = name.clone();
    long.extend(label(shape));
    if topic.name.is_empty() {
        return pieces;
    }
    let taken: u16 = pieces.iter().map(|piece| cells_of(&piece.1) + 3).sum();
    let fits = taken + cells_of(&long) <= room;
    pieces.push((2, if fits { long } else { name }));
    pieces
}

fn load<'a>(scene: &Scene<'_>) -> Vec<Span<'a>> {
    if let Some(frozen) = &scene.model.frozen {
        let since = scene.model.now.saturating_sub(frozen.since);
        let text = format!(" FROZEN {}, load running ", clock(since));
        return vec![scene.span(Role::Banner, text)];
    }
    let time = clock(scene.latest.loaded);
    let mut spans = match &scene.latest.load {
        LoadState::Starting => vec![scene.span(Role::Warn, "◌ STARTING")],
        LoadState::Running => vec![
            scene.span(Role::Good, "● LOAD "),
            scene.span(Role::Figure, time),
        ],
        LoadState::Paused => vec![scene.span(Role::Banner, format!(" ‖ PAUSED {time} "))],
        LoadState::Stopping => vec![scene.span(Role::Warn, format!("◌ DRAINING {time}"))],
        LoadState::Stopped => vec![scene.span(Role::Label, format!("■ STOPPED {time}"))],
        LoadState::Failed(_) => vec![scene.span(Role::Bad, "✗ FAILED")],
    };
    if let Some((used, budget)) = scene.latest.budget {
        spans.push(scene.span(Role::Label, format!(" · {}", share_of(used, budget))));
    }
    spans
}

/// `8.8/20 GiB`: bytes written of the budget, the unit once where both have the same.
fn share_of(used: u64, budget: u64) -> String {
    let (used, budget) = (bytes(float(used)), bytes(float(budget)));
    match (used.split_once(' '), budget.split_once(' ')) {
        (Some((figure, unit)), Some((_, other))) if unit == other => format!("{figure}/{budget}"),
        _ => format!("{used}/{budget}"),
    }
}

fn accounts<'a>(scene: &Scene<'_>, tight: bool) -> Vec<Piece<'a>> {
    let reading = scene.latest;
    let accounts = &reading.accounts;
    let word = |long: &'static str, short: &'static str| {
        scene.span(Role::Label, if tight { short } else { long })
    };
    let figure = |count: u64| scene.span(Role::Text, grouped(count));
    let failed = if accounts.failed == 0 {
        Role::Text
    } else {
        Role::Bad
    };
    let mut pieces = vec![
        (0, pace(scene)),
        (
            1,
            vec![
                word("attempted ", "att "),
                figure(accounts.attempted),
                word(" = delivered ", " = dlv "),
                figure(accounts.delivered),
                word(" + failed ", " + fail "),
                scene.span(failed, grouped(accounts.failed)),
                word(" + in flight ", " + fly "),
                figure(accounts.in_flight()),
            ],
        ),
    ];
    let flow = scene.live.map_or(0.0, |trial| trial.mib_per_s);
    let flow = vec![scene.span(Role::Text, format!("{} MiB/s", mib(flow)))];
    pieces.insert(1, (4, flow));
    if reading.behind > 0 {
        let text = format!("behind schedule {}", grouped(reading.behind));
        pieces.push((2, vec![scene.span(Role::Warn, text)]));
    }
    if let Some(log) = &reading.broker_log {
        let role = if log.agrees { Role::Good } else { Role::Warn };
        pieces.push((
            3,
            vec![
                scene.span(Role::Label, "broker log "),
                scene.span(role, log.sentence.clone()),
            ],
        ));
    }
    pieces
}

/// What is due and what is sent: equal, or both with a word.
fn pace<'a>(scene: &Scene<'_>) -> Vec<Span<'a>> {
    let due = scene.now.number("rate");
    let Some(sent) = scene.sent_per_s() else {
        return vec![scene.span(Role::Label, "nothing sent yet")];
    };
    if due.is_infinite() {
        return vec![
            scene.span(Role::Label, "full speed, sent "),
            scene.span(Role::Figure, format!("{}/s", short(sent))),
        ];
    }
    let head = [
        scene.span(Role::Label, "due "),
        scene.span(Role::Figure, format!("{}/s", short(due))),
    ];
    let paused = scene.latest.load == LoadState::Paused;
    let tail = if paused {
        vec![scene.span(Role::Warn, " paused")]
    } else if (sent - due).abs() <= due * 0.02 + 2.0 {
        vec![
            scene.span(Role::Label, " = sent "),
            scene.span(Role::Good, "✓"),
        ]
    } else {
        vec![
            scene.span(Role::Label, " ≠ sent "),
            scene.span(Role::Warn, format!("{}/s", short(sent))),
        ]
    };
    head.into_iter().chain(tail).collect()
}
