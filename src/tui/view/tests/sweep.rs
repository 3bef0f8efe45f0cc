//! The window of a sweep, while it runs and at its end.

use super::*;
use crate::lab::LoadState;
use crate::settings::Settings;
use crate::sweep::{Ended, Intake, Measured, Pace, Steps};
use crate::tui::model::{Sweeping, Under};
use crate::tui::sample::sweep::block;
use crate::tui::update::sweep::{TIMES, read};

/// A screen with a sweep of this line that has so many blocks behind it, and its reading.
fn swept(line: &str, blocks: u32) -> (Model, Reading) {
    let mut reading = sample::first_run();
    reading.load = LoadState::Running;
    reading.trials.truncate(1);
    reading.live = 1;
    let mut model = Model::new(goals());
    let draft = read(&model, &reading, line).map_err(|error| panic!("{line}: {error}"));
    let draft = draft.unwrap();
    let mut pace = Pace::new(&draft.plan, draft.points, TIMES.whole().as_secs_f64());
    let mut steps = Steps::new(draft.space, draft.plan);
    let mut look = steps.look(&Ended::Stopped).unwrap();
    for number in 0..blocks {
        let Some((job, settings)) = look.next.take() else {
            break;
        };
        let settings: Arc<Settings> = Arc::new(settings);
        steps.take(job, Measured::from(&block(&settings, number)));
        pace.took(5.6);
        look = steps.look(&Ended::Stopped).unwrap();
    }
    let under = look.next.map(|(job, settings)| Under {
        job,
        settings: Arc::new(settings),
        since: reading.at,
    });
    model.sweep = Some(Sweeping {
        steps: Arc::new(steps),
        found: Arc::new(look.found),
        back: model.settled(&reading),
        until: reading.at,
        under,
        pace,
        intake: Intake::default(),
        shown: true,
    });
    (model, reading)
}

fn screen(size: (u16, u16), line: &str, blocks: u32) -> String {
    let (model, reading) = swept(line, blocks);
    lasting(&painted(size, &model, &reading, &theme(ThemeChoice::Dark)))
}

const LINGER: &str = "linger.ms=0,5,20,100 min p99 where p99<20ms for 5m";
const RATE: &str = "linger.ms=0,5,20,100 max throughput where p99<90ms for 9m";

#[test]
fn a_sweep_that_runs_at_80_by_24() {
    insta::assert_snapshot!(screen((80, 24), LINGER, 9));
}

#[test]
fn a_sweep_at_its_end_at_80_by_24() {
    insta::assert_snapshot!(screen((80, 24), LINGER, 500));
}

#[test]
fn a_sweep_at_its_end_at_120_by_40() {
    insta::assert_snapshot!(screen((120, 40), RATE, 500));
}

#[test]
fn a_sweep_that_runs_at_120_by_40() {
    insta::assert_snapshot!(screen(
        (120, 40),
        "linger.ms=0,5 compression.type=none,lz4 min p50 for 5m",
        17
    ));
}

#[test]
fn the_line_that_asks_for_a_sweep_tells_what_it_leads_to() {
    let reading = sample::first_run();
    let mut model = Model::new(goals());
    let mut ask = Ask {
        purpose: Purpose::Sweep,
        entry: LINGER.into(),
        proposed: false,
        preview: None,
        problem: None,
    };
    crate::tui::update::sweep::foresee(&model, &reading, &mut ask);
    model.dialog = Some(Dialog::Ask(ask));
    insta::assert_snapshot!(lasting(&painted(
        (80, 24),
        &model,
        &reading,
        &theme(ThemeChoice::Dark)
    )));
}

#[test]
fn every_size_holds_a_sweep() {
    let states = [swept(LINGER, 0), swept(LINGER, 12), swept(RATE, 500)];
    let theme = Theme::new(ThemeChoice::Plain, TermProfile::NoColor);
    for (at, (w, h)) in (0..=130u16)
        .step_by(3)
        .flat_map(|w| (0..=45u16).step_by(2).map(move |h| (w, h)))
        .enumerate()
    {
        let (model, reading) = &states[at % states.len()];
        let buffer = painted((w, h), model, reading, &theme);
        assert!(buffer.content().iter().all(|cell| cell.fg == Color::Reset));
        assert_eq!(
            hit(Rect::new(0, 0, w, h), model, reading, w / 3, h / 2),
            None
        );
    }
}
