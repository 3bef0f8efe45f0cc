use std::sync::Arc;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier};
use termprofile::TermProfile;

use super::*;
use crate::lab::{Figure, Goal, Relation};
use crate::settings::Source;
use crate::tui::dialog::{
    Ask, Connect, Dialog, ExportList, FileEntry, FileKind, LoadPlan, OpenList, Purpose,
};
use crate::tui::model::{Frozen, ThemeChoice, Typing, Wish};
use crate::tui::picture::{Paper, svg};
use crate::tui::sample;

mod audited;
mod behind;
mod claims;
mod followed;
mod proven;
mod sweep;

fn theme(name: ThemeChoice) -> Theme {
    Theme::new(name, TermProfile::TrueColor)
}

fn painted(size: (u16, u16), model: &Model, reading: &Reading, theme: &Theme) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(size.0, size.1)).unwrap();
    terminal
        .draw(|frame| draw(frame, model, reading, theme))
        .unwrap();
    terminal.backend().buffer().clone()
}

fn text(buffer: &Buffer) -> String {
    let mut lines = Vec::new();
    for y in 0..buffer.area.height {
        let cells = (0..buffer.area.width).map(|x| buffer[(x, y)].symbol());
        lines.push(cells.collect::<String>().trim_end().to_owned());
    }
    lines.join("\n")
}

/// The text without the linked library's version, which changes with it.
fn lasting(buffer: &Buffer) -> String {
    text(buffer).replace(&crate::settings::native::version(), "2.x")
}

fn goals() -> Vec<Goal> {
    vec![Goal {
        figure: Figure::Percentile(99.0),
        relation: Relation::Below,
        bound: 20.0,
    }]
}

fn turning(reading: &Reading, row: &'static str, to: &str) -> Model {
    let mut model = Model::new(goals());
    let mut settings = (*model.current(reading)).clone();
    settings.set(row, to, Source::Hand).unwrap();
    model.wish = Some(Wish {
        settings: Arc::new(settings),
        row,
        changed: model.now,
        dragging: false,
        hurry: false,
    });
    model
}

fn connect() -> Dialog {
    Dialog::Connect(Box::new(Connect {
        facts: Arc::clone(&sample::staging().cluster),
        plan: LoadPlan {
            rate: Some(crate::settings::PerSecond(1000.0)),
            record: crate::settings::Bytes(1024),
            ceiling: Some(crate::settings::PerSecond(10_000.0)),
            byte_budget: Some(crate::settings::Bytes(20 << 30)),
            others_write: true,
        },
        entry: "payments".into(),
        problem: None,
    }))
}

fn dialogs() -> Vec<Dialog> {
    let file = |name: &str, usable| FileEntry {
        kind: FileKind::Profile,
        name: name.into(),
        about: "a balance of all".into(),
        usable,
    };
    let ask = |purpose| Ask {
        purpose,
        entry: "a name".into(),
        proposed: false,
        preview: None,
        problem: None,
    };
    vec![
        Dialog::Help { scroll: 3 },
        Dialog::Ask(ask(Purpose::Snapshot(3))),
        Dialog::Ask(Ask {
            problem: Some("a file of this name is there already".into()),
            ..ask(Purpose::Goal)
        }),
        Dialog::Open(OpenList::default()),
        Dialog::Open(OpenList {
            files: Some(vec![file("balanced", true), file("broken", false)]),
            at: 1,
            problem: None,
        }),
        Dialog::Export(ExportList { trial: 4, at: 8 }),
        Dialog::Quit {
            lost: "3 trials were not saved as snapshots".into(),
        },
        connect(),
    ]
}

/// Every state that looks different.
fn states() -> Vec<(Model, Reading)> {
    let staging = sample::staging();
    let mut all = vec![
        (Model::new(Vec::new()), sample::empty()),
        (Model::new(Vec::new()), sample::first_run()),
        (Model::new(goals()), sample::staging()),
        (turning(&staging, "linger.ms", "20"), staging.clone()),
    ];
    for panel in Panel::ALL {
        let mut model = Model::new(goals());
        model.focus = panel;
        model.rows = [22, 9, 2];
        model.chosen_trial = Some(2);
        model.nines = true;
        all.push((model, sample::staging()));
    }
    let mut frozen = Model::new(goals());
    frozen.log_y = true;
    frozen.frozen = Some(Frozen {
        reading: Arc::new(sample::first_run()),
        since: frozen.now,
    });
    all.push((frozen, sample::staging()));
    let mut typing = Model::new(goals());
    typing.typing = Some(Typing {
        row: "linger.ms",
        entry: "12".into(),
        proposed: false,
        problem: Some("linger.ms: 12 is not nice".into()),
    });
    all.push((typing, sample::first_run()));
    for dialog in dialogs() {
        let mut model = Model::new(goals());
        model.dialog = Some(dialog);
        all.push((model, sample::staging()));
    }
    all
}

#[test]
fn every_size_can_be_drawn_and_pointed_at() {
    let sizes = (0..=130u16).flat_map(|w| (0..=45u16).map(move |h| (w, h)));
    let theme = theme(ThemeChoice::Dark);
    let states = states();
    for (at, (w, h)) in sizes.enumerate() {
        let (model, reading) = &states[at % states.len()];
        let area = Rect::new(0, 0, w, h);
        let mut buffer = Buffer::empty(area);
        let scene = Scene::new(model, reading, &theme);
        paint(&mut Pen::new(&mut buffer, area), area, &scene);
        let _ = hit(area, model, reading, w / 3, h / 2);
    }
}

#[test]
fn every_state_can_be_drawn_at_the_edges_of_the_layouts() {
    let sizes = [
        (0, 0),
        (1, 1),
        (5, 3),
        (39, 9),
        (40, 10),
        (40, 45),
        (71, 30),
        (72, 22),
        (80, 24),
        (109, 40),
        (110, 34),
        (120, 40),
        (130, 10),
        (200, 60),
        (300, 100),
    ];
    for (at, (model, reading)) in states().iter().enumerate() {
        let theme = theme(ThemeChoice::ALL[at % ThemeChoice::ALL.len()]);
        for (w, h) in sizes {
            painted((w, h), model, reading, &theme);
        }
    }
}

#[test]
fn the_first_run_at_80_by_24() {
    let reading = sample::first_run();
    let model = turning(&reading, "linger.ms", "50");
    let buffer = painted((80, 24), &model, &reading, &theme(ThemeChoice::Dark));
    insta::assert_snapshot!(lasting(&buffer));
}

#[test]
fn a_session_on_a_real_cluster_at_120_by_40() {
    let reading = sample::staging();
    let model = Model::new(goals());
    let buffer = painted((120, 40), &model, &reading, &theme(ThemeChoice::Dark));
    insta::assert_snapshot!(lasting(&buffer));
}

#[test]
fn the_help_names_every_key() {
    let mut model = Model::new(Vec::new());
    model.dialog = Some(Dialog::Help { scroll: 0 });
    let reading = sample::first_run();
    let screen = text(&painted(
        (130, 60),
        &model,
        &reading,
        &theme(ThemeChoice::Dark),
    ));
    for row in crate::tui::action::TABLE {
        let start: String = row.help.chars().take(24).collect();
        assert!(screen.contains(start.trim()), "{}", row.name);
    }
}

#[test]
fn consent_tells_what_an_operator_asks() {
    let mut model = Model::new(Vec::new());
    model.dialog = Some(connect());
    let reading = sample::staging();
    let buffer = painted((80, 24), &model, &reading, &theme(ThemeChoice::Dark));
    insta::assert_snapshot!(lasting(&buffer));
}

#[test]
fn without_colours_the_same_is_told() {
    let reading = sample::staging();
    let model = turning(&reading, "acks", "1");
    let plain = Theme::new(ThemeChoice::Dark, TermProfile::NoColor);
    let buffer = painted((120, 40), &model, &reading, &plain);
    for cell in buffer.content() {
        assert_eq!(cell.fg, Color::Reset);
        assert_eq!(cell.bg, Color::Reset);
    }
    assert!(
        buffer
            .content()
            .iter()
            .any(|cell| cell.modifier.contains(Modifier::REVERSED))
    );
    let screen = text(&buffer);
    for word in ["REAL", "●", "◇", "○", "▽", "█", "░", "┈", "✓", "✗"] {
        assert!(screen.contains(word), "{word} is missing in\n{screen}");
    }
}

#[test]
fn inner_words_stay_inside() {
    for (model, reading) in states() {
        let screen = text(&painted(
            (160, 50),
            &model,
            &reading,
            &theme(ThemeChoice::Dark),
        ));
        for word in ["recorder", " lane", "Reading"] {
            assert!(!screen.contains(word), "{word}");
        }
    }
}

#[test]
fn a_click_on_a_mark_means_its_value() {
    let reading = sample::first_run();
    let model = Model::new(Vec::new());
    for size in [(80, 24), (120, 40), (60, 18)] {
        let area = Rect::new(0, 0, size.0, size.1);
        let buffer = painted(size, &model, &reading, &theme(ThemeChoice::Dark));
        let rows: Vec<u16> = (0..size.1)
            .filter(|y| {
                (0..20)
                    .map(|x| buffer[(x, *y)].symbol())
                    .collect::<String>()
                    .contains("linger.ms")
            })
            .collect();
        let y = rows[0];
        let x = (10..60)
            .find(|x| ["●", "◆"].contains(&buffer[(*x, y)].symbol()))
            .unwrap();
        let Some(Hit::Track(Panel::Settings, row, place)) = hit(area, &model, &reading, x, y)
        else {
            panic!("no track at {x} {y}");
        };
        let knob = Panel::Settings.knobs()[row];
        assert_eq!(knob.name, "linger.ms");
        let now = knob.place(reading.live_trial().unwrap().settings.value("linger.ms"));
        assert!((place - now).abs() < 0.1, "{place} {now}");
        assert_eq!(
            hit(area, &model, &reading, 3, y),
            Some(Hit::Row(Panel::Settings, row))
        );
    }
}

#[test]
fn a_click_on_a_row_of_results_means_its_trial() {
    let reading = sample::staging();
    let model = Model::new(Vec::new());
    let area = Rect::new(0, 0, 120, 40);
    let screen = text(&painted(
        (120, 40),
        &model,
        &reading,
        &theme(ThemeChoice::Dark),
    ));
    let y = screen
        .lines()
        .position(|line| line.starts_with("   3 ") || line.starts_with("  3 "))
        .unwrap();
    let y = u16::try_from(y).unwrap();
    assert_eq!(hit(area, &model, &reading, 30, y), Some(Hit::Trial(3)));
}

/// A reading whose past wavers as a real one does.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "small positive numbers"
)]
fn wavering(mut reading: Reading) -> Reading {
    let mut seed = 7u32;
    let mut chance = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(seed >> 8) / f64::from(1u32 << 24)
    };
    let columns = reading.history.iter().map(|column| {
        let mut column = (**column).clone();
        let median = column.quantiles.unwrap().0 * (0.92 + 0.16 * chance());
        column.response = sample::bell(median, 0.13 + 0.06 * chance(), 18_000);
        let slow = (chance() * chance() * 500.0).floor();
        let tail = sample::bell(median * (2.5 + 3.0 * chance()), 0.3, 500 + slow as u64);
        column.response.add(&tail);
        column.attempted = 19_600 + (chance() * 800.0) as u64;
        Arc::new(column)
    });
    reading.history = columns.collect();
    reading
}

/// Writes pictures of every state into the folder that `LINGER_PICTURES` names, to be looked at.
#[test]
fn pictures_on_demand() {
    let Ok(folder) = std::env::var("LINGER_PICTURES") else {
        return;
    };
    for (at, (model, reading)) in states().iter().enumerate() {
        for (name, (w, h)) in [("80", (80, 24)), ("120", (120, 40)), ("180", (180, 55))] {
            let paper = svg(
                &painted(
                    (w, h),
                    model,
                    &wavering(reading.clone()),
                    &theme(ThemeChoice::Dark),
                ),
                Paper::DARK,
            );
            std::fs::write(format!("{folder}/{at:02}-{name}.svg"), paper).unwrap();
        }
    }
    let (model, reading) = (Model::new(goals()), wavering(sample::staging()));
    for name in ThemeChoice::ALL {
        let paper = if name == ThemeChoice::Light {
            Paper::LIGHT
        } else {
            Paper::DARK
        };
        let buffer = painted((120, 40), &model, &reading, &theme(name));
        std::fs::write(
            format!("{folder}/theme-{}.svg", name.name()),
            svg(&buffer, paper),
        )
        .unwrap();
    }
}
