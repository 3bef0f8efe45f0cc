//! Where records are now, and the parts that their mean time is made of.

use ratatui::text::{Line, Span};

use crate::lab::TrialReading;
use crate::settings::Millis;
use crate::tui::theme::Role;
use crate::tui::view::scene::Scene;
use crate::tui::widgets::columns::bar;
use crate::tui::widgets::number::{bytes, grouped, percent, short, significant, trimmed};
use crate::tui::widgets::pen::{Pen, width};

/// Draws one line (narrow) or both.
pub fn draw(pen: &mut Pen<'_>, scene: &Scene<'_>) {
    let Some(trial) = scene.live.filter(|_| pen.height() > 0) else {
        return;
    };
    if pen.height() == 1 {
        short_line(pen, trial, scene);
    } else {
        way(pen, trial, scene);
        split(pen, 1, trial, scene);
    }
}

/// `send() ─▸ queue 1,310 ─▸ batch 46 rec … ─▸ 3 in flight ─▸ acked 20,000/s`.
fn way(pen: &mut Pen<'_>, trial: &TrialReading, scene: &Scene<'_>) {
    let stages = &trial.stages;
    let label = |text: &'static str| scene.span(Role::Label, text);
    let figure = |text: String| scene.span(Role::Figure, text);
    let arrow = || scene.span(Role::Now, " ─▸ ");
    let mut line = vec![
        label(" send()"),
        arrow(),
        label("queue "),
        figure(grouped(stages.queued)),
        arrow(),
    ];
    line.push(label("batch "));
    line.push(figure(stages.batch_records.map_or("n/a".into(), short)));
    line.push(label(" rec"));
    if let Some(size) = stages.batch_bytes {
        line.push(scene.span(Role::Text, format!(" {}", bytes(size))));
    }
    if let Some(fill) = stages.batch_fill {
        line.push(scene.span(Role::Label, format!(" {} full", percent(fill))));
    }
    line.extend([
        arrow(),
        figure(stages.requests_in_flight.to_string()),
        label(" in flight"),
        arrow(),
        label(if scene.unacknowledged() {
            "written "
        } else {
            "acked "
        }),
        figure(format!("{}/s", short(trial.sent_per_s))),
    ]);
    let end = pen.line(0, 0, &Line::from(line));
    let retried = if stages.retries > 0 {
        Role::Warn
    } else {
        Role::Label
    };
    let mut right = vec![scene.span(retried, format!("retries {}", grouped(stages.retries)))];
    if let Some(ratio) = stages.compression_ratio.filter(|ratio| *ratio > 1.01) {
        right.insert(
            0,
            scene.span(Role::Label, format!("compressed {}:1  ", trimmed(ratio))),
        );
    }
    let throttle = stages.throttle.map_or(0.0, |time| time.0);
    let throttled = if throttle > 0.0 {
        Role::Warn
    } else {
        Role::Label
    };
    right.push(scene.span(throttled, format!("  throttled {} ms", trimmed(throttle))));
    place_right(pen, 0, end, &Line::from(right));
}

fn place_right(pen: &mut Pen<'_>, y: u16, taken: u16, line: &Line<'_>) {
    let need = u16::try_from(line.width()).unwrap_or(u16::MAX);
    if taken.saturating_add(need).saturating_add(3) <= pen.width() {
        pen.line_right(pen.width() - 1, y, line);
    }
}

/// The parts of the mean, in the order of a record's way; those below 1 % count to the rest, so that the sum stays.
fn parts(trial: &TrialReading) -> Vec<(&'static str, f64)> {
    let breakdown = &trial.stages.breakdown;
    let known = [
        ("send()", breakdown.send),
        ("linger+queue", breakdown.queue),
        ("output", breakdown.output_buffer),
        ("round trip", breakdown.round_trip),
        ("rest", breakdown.rest),
    ];
    let parts = known
        .into_iter()
        .filter_map(|(name, time)| time.map(|Millis(time)| (name, time)));
    let parts: Vec<(&str, f64)> = parts.collect();
    let whole: f64 = parts.iter().map(|part| part.1).sum();
    let small = |part: &(&str, f64)| part.0 != "rest" && part.1.abs() < whole * 0.01;
    let merged: f64 = parts
        .iter()
        .filter(|part| small(part))
        .map(|part| part.1)
        .sum();
    let shown = parts.iter().filter(|part| !small(part));
    shown
        .map(|(name, time)| {
            (
                *name,
                if *name == "rest" {
                    time + merged
                } else {
                    *time
                },
            )
        })
        .collect()
}

/// `mean 4.22 ms = linger+queue 2.30 ███ + …`: the bars are as long as their figures.
fn split(pen: &mut Pen<'_>, y: u16, trial: &TrialReading, scene: &Scene<'_>) {
    let parts = parts(trial);
    let Some(mean) = trial.response.mean.filter(|_| !parts.is_empty()) else {
        pen.text(
            1,
            y,
            "mean n/a: the client has not told its times yet",
            scene.style(Role::Faint),
        );
        return;
    };
    let head = format!(" mean {} ms = ", significant(mean.0));
    let mut cpu = format!("CPU {}", percent(scene.reading.cpu));
    if let Some(cost) = scene.reading_back() {
        cpu = format!("{cost}  {cpu}");
    }
    let words: u16 = parts
        .iter()
        .map(|(name, time)| width(name) + width(&signed(*time)) + 5)
        .sum();
    let taken = width(&head) + words + width(&cpu) + 4;
    let room = f64::from(pen.width().saturating_sub(taken));
    let sum: f64 = parts.iter().map(|part| part.1.max(0.0)).sum();
    let mut line = vec![
        scene.span(Role::Label, " mean "),
        scene.span(Role::Figure, format!("{} ms", significant(mean.0))),
        scene.span(Role::Label, " = "),
    ];
    for (at, (name, time)) in parts.iter().enumerate() {
        if at > 0 {
            line.push(scene.span(Role::Faint, if *time < 0.0 { " − " } else { " + " }));
        }
        line.push(scene.span(Role::Label, format!("{name} ")));
        line.push(scene.span(Role::Text, significant(time.abs())));
        let length = if sum > 0.0 {
            time.max(0.0) / sum * room
        } else {
            0.0
        };
        let bar = bar(length);
        if !bar.is_empty() {
            line.push(Span::raw(" "));
            line.push(Span::styled(bar, scene.theme.part(at)));
        }
    }
    let end = pen.line(0, y, &Line::from(line));
    let busy = if scene.reading.cpu > 0.85 {
        Role::Warn
    } else {
        Role::Label
    };
    place_right(
        pen,
        y,
        end.saturating_sub(2),
        &Line::from(scene.span(busy, cpu)),
    );
}

fn signed(time: f64) -> String {
    significant(time.abs())
}

/// The narrow line: the way, and the two largest shares of the mean.
fn short_line(pen: &mut Pen<'_>, trial: &TrialReading, scene: &Scene<'_>) {
    let stages = &trial.stages;
    let label = |text: &'static str| scene.span(Role::Label, text);
    let arrow = || scene.span(Role::Now, " ▸ ");
    let batch = stages.batch_records.map_or("n/a".into(), short);
    let fill = stages
        .batch_fill
        .map_or_else(String::new, |fill| format!(" {} full", percent(fill)));
    let line = Line::from(vec![
        label(" queue "),
        scene.span(Role::Figure, grouped(stages.queued)),
        arrow(),
        label("batch "),
        scene.span(Role::Figure, batch),
        scene.span(Role::Label, format!(" rec{fill}")),
        arrow(),
        scene.span(Role::Figure, stages.requests_in_flight.to_string()),
        label(" in flight"),
        arrow(),
        label(if scene.unacknowledged() {
            "written"
        } else {
            "acked"
        }),
    ]);
    let end = pen.line(0, 0, &line);
    let mut parts = parts(trial);
    let sum: f64 = parts.iter().map(|part| part.1.max(0.0)).sum();
    parts.sort_by(|one, other| other.1.total_cmp(&one.1));
    let words: Vec<String> = parts
        .iter()
        .take(2)
        .filter(|_| sum > 0.0)
        .map(|(name, time)| format!("{name} {}", percent(time / sum)))
        .collect();
    let text = scene.reading_back().unwrap_or_else(|| words.join(" "));
    place_right(pen, 0, end, &Line::from(scene.span(Role::Label, text)));
}
