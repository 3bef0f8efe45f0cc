//! The lab on the embedded cluster: what each turn does to the figures, and how wishes, pauses and errors are treated.

mod troubles;

use std::time::Duration;

use linger::lab::{Command, Goal, GoalState, LoadState, Place, Reading, TrialState};
use linger::measure::Stages;
use linger::settings::Settings;

use crate::lab_handle::{Watched, config, embedded, settings, with};

const WHILE: Duration = Duration::from_millis(1_200);

fn start(settings: &Settings) -> Watched {
    let mut lab = Watched::start(config(embedded(), "linger-it", settings.clone()));
    lab.until("the first delivery", |reading| {
        reading.accounts.delivered + reading.accounts.failed > 0
    });
    lab
}

/// 1,000/s of 200 bytes to six partitions in turn: the same on any machine.
fn calm() -> Settings {
    settings(&[
        ("rate", "1000"),
        ("record.size", "200"),
        ("record.keys", "partition"),
        ("linger.ms", "5"),
        ("rtt.ms", "5"),
    ])
}

/// Runs for a while and gives the stages of the live trial.
fn stages(lab: &mut Watched) -> Stages {
    let reading = lab.run(WHILE);
    reading.live_trial().unwrap().stages
}

#[test]
fn more_linger_fills_batches_and_a_codec_shrinks_them() {
    let short = calm();
    let mut lab = start(&short);
    let few = stages(&mut lab).batch_records.unwrap();
    let long = with(&short, &[("linger.ms", "100")]);
    lab.turn_and_wait(&long);
    lab.until_alone();
    let many = stages(&mut lab).batch_records.unwrap();
    assert!(
        many > 3.0 * few,
        "{few} records a batch with 5 ms, {many} with 100 ms"
    );

    let codec = with(
        &long,
        &[
            ("compression.type", "lz4"),
            ("linger.ms", "200"),
            ("record.size", "1000"),
            ("payload", "json"),
        ],
    );
    lab.turn_and_wait(&codec);
    lab.until_alone();
    let ratio = stages(&mut lab).compression_ratio.unwrap();
    assert!(ratio > 2.0, "lz4 on JSON: {ratio}");
    let (last, _) = lab.stop();
    assert_eq!(last.accounts.failed, 0);
}

#[test]
fn a_synchronous_sender_sends_one_record_a_round_trip() {
    let sync = with(
        &calm(),
        &[
            ("send.mode", "sync"),
            ("rate", "max"),
            ("rtt.ms", "20"),
            ("linger.ms", "0"),
        ],
    );
    let mut lab = start(&sync);
    let reading = lab.run(WHILE);
    let most = reading.at.as_secs_f64() / 0.020;
    assert!(
        (reading.accounts.delivered as f64) <= most,
        "{} in {:?}",
        reading.accounts.delivered,
        reading.at
    );
    assert!(reading.accounts.in_flight() <= 1);
    // A sender that takes a place again waits for its own records, not for those of the former one.
    lab.turn_and_wait(&with(&sync, &[("senders", "2")]));
    lab.run(WHILE / 2);
    lab.turn_and_wait(&sync);
    lab.run(WHILE / 4);
    let reading = lab.turn_and_wait(&with(&sync, &[("senders", "2")]));
    assert!(reading.live_trial().unwrap().accounts.in_flight() <= 2);
    let reading = lab.run(WHILE / 2);
    assert!(
        reading.live_trial().unwrap().accounts.in_flight() <= 2,
        "{:?}",
        reading.live_trial().unwrap().accounts
    );
    lab.stop();
}

#[test]
fn partitions_in_turn_get_the_same_and_keys_spread() {
    let mut lab = start(&calm());
    let spread =
        |reading: &Reading| -> Vec<u64> { reading.live_trial().unwrap().partitions.clone() };
    let even = lab.until("records on six partitions", |reading| {
        let spread = spread(reading);
        spread.len() == 6 && spread.iter().min() > Some(&100)
    });
    let even = spread(&even);
    let (least, most) = (even.iter().min().unwrap(), even.iter().max().unwrap());
    assert!(most - least <= most / 4, "{even:?}");
    lab.turn_and_wait(&with(
        &calm(),
        &[("record.keys", "uniform"), ("key.count", "1")],
    ));
    // The first statistics after a turn that kept the producer may still hold a few records of the former trial.
    let reading = lab.until("records by one key", |reading| {
        spread(reading).iter().max() > Some(&1_500)
    });
    let one_key = spread(&reading);
    let others = one_key.iter().sum::<u64>() - one_key.iter().max().unwrap();
    assert!(others < 500, "{one_key:?}");
    lab.turn_and_wait(&with(
        &calm(),
        &[("record.keys", "uniform"), ("key.count", "1000")],
    ));
    let reading = lab.until("records by many keys", |reading| {
        spread(reading).iter().sum::<u64>() > 1_000
    });
    assert!(
        spread(&reading).iter().all(|count| *count > 50),
        "{:?}",
        spread(&reading)
    );
    lab.stop();
}

#[test]
fn in_a_pause_nothing_falls_due_and_a_turn_keeps_it() {
    let mut lab = start(&calm());
    lab.run(Duration::from_millis(300));
    lab.command(Command::Pause);
    lab.until("the pause", |reading| {
        reading.load == LoadState::Paused && reading.accounts.in_flight() == 0
    });
    let before = lab.run(Duration::from_millis(200)).accounts;
    let after = lab.run(Duration::from_millis(500));
    assert_eq!(after.accounts, before);
    // Another number of senders in the pause: nothing moves, and all of them go on with the rest.
    lab.turn(&with(&calm(), &[("senders", "3")]));
    lab.until("the turn", |reading| reading.live == 2);
    let still = lab.run(Duration::from_millis(800));
    assert_eq!(still.accounts.attempted, before.attempted);
    lab.command(Command::Resume);
    let resumed = lab.until("load again", |reading| reading.load == LoadState::Running);
    let later = lab.until("a second of load", |reading| {
        reading.accounts.attempted > before.attempted + 1_000
    });
    let took = later.at.saturating_sub(resumed.at).as_secs_f64();
    assert!(
        took > 0.7,
        "1000 records of 1000/s in {took} s: the pause was caught up"
    );
    assert!(later.behind < 500, "{} behind after a pause", later.behind);
    let (last, _) = lab.stop();
    assert_eq!(last.accounts.failed, 0);
}

#[test]
fn drain_first_lets_no_record_overtake() {
    let ordered = with(
        &calm(),
        &[
            ("drain.first", "on"),
            ("linger.ms", "300"),
            ("rtt.ms", "100"),
        ],
    );
    let mut lab = start(&ordered);
    lab.turn(&with(&ordered, &[("compression.type", "lz4")]));
    let mut held = false;
    lab.until("the turn", |reading| {
        held |= reading
            .opening
            .as_ref()
            .is_some_and(|opening| opening.progress == "waiting for #1 to drain");
        let first = reading.trial(1).unwrap();
        let done = reading.live == 2;
        assert!(
            !done || first.accounts.in_flight() == 0,
            "{:?}",
            first.accounts
        );
        done && reading.live_trial().unwrap().accounts.delivered > 0
    });
    assert!(held, "the turn waited for the former trial");
    // A stop in the middle of the wait ends all the same.
    lab.turn(&with(&ordered, &[("compression.type", "zstd")]));
    lab.until("the wait", |reading| {
        reading
            .opening
            .as_ref()
            .is_some_and(|opening| opening.progress == "waiting for #2 to drain")
    });
    let (last, _) = lab.stop();
    assert_eq!(last.trials.len(), 2);
    assert_eq!(last.accounts.failed, 0);
}

#[test]
fn goals_are_judged_and_a_saved_snapshot_loads_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = config(embedded(), "linger-it", calm());
    config.goals = ["p99<30s", "failed=0", "p50<0.001ms"]
        .iter()
        .map(|text| text.parse::<Goal>().unwrap())
        .collect();
    let mut lab = Watched::start(config);
    lab.until("the goals", |reading| {
        let goals = reading.live_trial().map(|live| live.goals.clone());
        goals == Some(vec![GoalState::Held, GoalState::Held, GoalState::Missed])
    });
    let path = folder.path().join("one.json");
    lab.command(Command::Note(1, "calm".into()));
    lab.command(Command::Save {
        trial: 1,
        place: Place::File(path.clone()),
    });
    let saved = lab
        .until("the save", |reading| reading.saved.is_some())
        .saved
        .clone()
        .unwrap();
    assert_eq!(saved.outcome, Ok(path.display().to_string()));
    let loaded = linger::snapshot::store::load(path.to_str().unwrap()).unwrap();
    assert_eq!(loaded.note.as_deref(), Some("calm"));
    assert_eq!(loaded.trial, Some(1));
    assert!(loaded.result.delivered > 0 && loaded.result.goals.len() == 3);
    lab.command(Command::Save {
        trial: 9,
        place: Place::File(path),
    });
    let refused = lab.until("the refusal", |reading| {
        reading
            .saved
            .as_ref()
            .is_some_and(|saved| saved.serial == 2)
    });
    assert_eq!(
        refused.saved.as_ref().unwrap().outcome,
        Err("there is no trial #9".into())
    );
    lab.stop();
}

#[test]
fn of_three_wishes_at_once_the_newest_wins() {
    let mut lab = start(&calm());
    for linger in ["20", "30", "40"] {
        lab.turn(&with(&calm(), &[("linger.ms", linger)]));
    }
    let newest = with(&calm(), &[("linger.ms", "40")]);
    let reading = lab.until("the newest", |reading| {
        reading.opening.is_none()
            && reading
                .live_trial()
                .is_some_and(|live| live.settings.changed_from(&newest).is_empty())
    });
    assert_eq!(reading.live, 2, "the others were passed over");
    // Back to what is live while something else opens: nothing changes.
    lab.turn(&with(&calm(), &[("linger.ms", "50")]));
    lab.turn(&newest);
    lab.until("the way back", |reading| reading.opening.is_none());
    assert_eq!(lab.run(Duration::from_millis(300)).live, 2);
    // Turns that keep the producer, faster than senders can follow: the last one's senders all send, at its rate.
    for (senders, rate) in [("2", "500"), ("2", "600"), ("4", "700"), ("4", "1000")] {
        lab.turn(&with(&newest, &[("senders", senders), ("rate", rate)]));
    }
    lab.until("the last of them", |reading| reading.live == 6);
    let from = lab.until_alone();
    let to = lab.run(Duration::from_secs(2));
    let sent = to.accounts.attempted - from.accounts.attempted;
    let rate = sent as f64 / to.at.saturating_sub(from.at).as_secs_f64();
    assert!(
        (600.0..1_600.0).contains(&rate),
        "{rate}/s instead of 1000/s"
    );
    let (last, _) = lab.stop();
    assert_eq!(last.accounts.failed, 0);
}

#[test]
fn refused_settings_leave_the_running_trial_alone() {
    let mut lab = start(&calm());
    let conflicts = with(&calm(), &[("enable.idempotence", "on"), ("acks", "1")]);
    lab.turn(&conflicts);
    let reading = lab.until("the refusal", |reading| reading.refused.is_some());
    assert_eq!(
        reading.refused.as_ref().unwrap().reason,
        "idempotence needs acks=all"
    );
    // A file that is not there, together with another producer: refused when the load is to move.
    lab.turn(&with(
        &calm(),
        &[
            ("payload", "file"),
            ("payload.file", "/nonexistent/lines.txt"),
            ("acks", "1"),
        ],
    ));
    let reading = lab.until("the other refusal", |reading| {
        reading
            .refused
            .as_ref()
            .is_some_and(|refused| refused.reason.contains("lines.txt"))
    });
    assert_eq!(reading.live, 1);
    let before = reading.accounts.delivered;
    let reading = lab.until("more deliveries", |reading| {
        reading.accounts.delivered > before + 100
    });
    assert_eq!(reading.trials.len(), 1);
    lab.turn_and_wait(&with(&calm(), &[("acks", "1")]));
    let (last, _) = lab.stop();
    assert!(last.refused.is_none());
    assert_eq!(last.accounts.failed, 0);
}

#[test]
fn fewer_records_than_senders_end_too() {
    let mut config = config(embedded(), "linger-it", with(&calm(), &[("senders", "4")]));
    config.stop_after = Some(linger::lab::StopAfter::Records(2));
    let (last, _) = Watched::start(config).finish();
    assert_eq!(last.accounts.delivered, 2);
    assert_eq!(last.trials[0].state, TrialState::Closed);
}
