//! Following: every record that was delivered is read back once, and the time until then is told for each trial.

use std::time::Duration;

use linger::lab::{Command, TrialReading};
use linger::settings::Settings;

use crate::kafka;
use crate::lab_handle::{Watched, config, embedded, real, settings, with};

const WHILE: Duration = Duration::from_millis(1_200);

fn followed() -> Settings {
    settings(&[
        ("follow", "on"),
        ("rate", "2000"),
        ("record.size", "200"),
        ("record.keys", "partition"),
        ("linger.ms", "5"),
        ("rtt.ms", "5"),
    ])
}

/// All its records were read once, each with a time, none before it was due.
fn assert_read_once(trial: &TrialReading) {
    let followed = trial.followed.expect("it was followed");
    let name = format!("#{}: {followed:?}, {:?}", trial.number, trial.accounts);
    assert!(trial.accounts.delivered > 1000, "{name}");
    assert_eq!(trial.accounts.failed, 0, "{name}");
    assert_eq!(followed.read, trial.accounts.delivered, "{name}");
    assert_eq!(followed.end_to_end.count, followed.read, "{name}");
    assert_eq!((followed.unread, followed.early), (0, 0), "{name}");
    assert!(followed.end_to_end.p50.is_some(), "{name}");
}

#[test]
fn a_record_is_readable_no_sooner_than_it_travels_and_each_is_read_once() {
    let first = followed();
    let mut lab = Watched::start(config(embedded(), "linger-follow", first.clone()));
    lab.until("a record that was read back", |reading| {
        reading.follower.as_ref().is_some_and(|it| it.read > 0)
    });
    lab.run(WHILE);
    // Another producer, and then other records through the same one.
    lab.turn_and_wait(&with(&first, &[("linger.ms", "20")]));
    lab.run(WHILE);
    lab.turn_and_wait(&with(
        &first,
        &[("linger.ms", "20"), ("record.size", "40"), ("senders", "3")],
    ));
    lab.run(WHILE);
    let (last, snapshots) = lab.stop();
    let follower = last.follower.as_ref().expect("there was a follower");
    assert_eq!(follower.read, last.accounts.delivered);
    assert_eq!(
        (follower.foreign, follower.corrupt, follower.skipped),
        (0, 0, 0)
    );
    for (trial, snapshot) in last.trials.iter().zip(&snapshots) {
        assert_read_once(trial);
        let times = trial.followed.unwrap().end_to_end;
        let (read, acked) = (times.p50.unwrap().0, trial.response.p50.unwrap().0);
        assert!(
            read >= 5.0,
            "{read} ms: a broker's answer takes the round trip of 5 ms"
        );
        assert!(
            read > 0.8 * acked,
            "read after {read} ms, acknowledged after {acked}"
        );
        let result = &snapshot.result;
        assert_eq!(result.end_to_end_ms.as_ref(), Some(&times));
        assert_eq!(
            result.follower.map(|it| it.read),
            Some(trial.accounts.delivered)
        );
        assert!(result.histograms.end_to_end.is_some());
        if cfg!(target_os = "linux") {
            let cpu = result.follower.unwrap().cpu.expect("its cost is told");
            assert!((0.0..4.0).contains(&cpu), "{cpu}");
        }
    }
}

#[test]
fn following_begins_and_ends_with_a_turn() {
    let on = followed();
    let off = with(&on, &[("follow", "off")]);
    let mut lab = Watched::start(config(embedded(), "linger-follow-turns", off.clone()));
    lab.until("load", |reading| reading.accounts.delivered > 0);
    lab.turn_and_wait(&on);
    lab.run(WHILE);
    lab.turn_and_wait(&off);
    lab.until_alone();
    lab.turn_and_wait(&with(&on, &[("linger.ms", "1")]));
    lab.run(WHILE);
    let small = with(&on, &[("record.size", "39")]);
    lab.turn(&small);
    let refused = lab.until("the refusal", |reading| reading.refused.is_some());
    let reason = &refused.refused.as_ref().unwrap().reason;
    assert!(reason.contains("40 bytes"), "{reason}");
    let (last, snapshots) = lab.stop();
    let is_followed: Vec<bool> = last.trials.iter().map(|it| it.followed.is_some()).collect();
    assert_eq!(is_followed, [false, true, false, true]);
    assert_read_once(&last.trials[1]);
    assert_read_once(&last.trials[3]);
    assert_eq!(snapshots[2].result.end_to_end_ms, None);
    assert_eq!(snapshots[2].result.follower, None);
}

#[test]
fn a_lab_without_brokers_ends_although_it_is_followed() {
    let settings = with(&followed(), &[("delivery.timeout.ms", "1000")]);
    let mut lab = Watched::start(config(embedded(), "linger-follow-dead", settings));
    let reading = lab.until("records", |reading| reading.accounts.delivered > 100);
    for broker in &reading.cluster.brokers {
        lab.command(Command::ToggleBroker(broker.id));
    }
    lab.until("failures", |reading| reading.accounts.failed > 0);
    let (last, _) = lab.stop();
    let followed = last.trials[0].followed.expect("it was followed");
    assert!(followed.read > 0);
}

/// acks changes when a record is acknowledged, not when it can be read: side by side on three replicas.
#[test]
fn acks_side_by_side_on_three_replicas_with_exact_counts() {
    let Some(kafka) = kafka::three() else { return };
    let topic = kafka::topic(kafka, 6, 3);
    let before = kafka::log_end(kafka, &topic);
    let all = with(&followed(), &[("acks", "all"), ("rate", "3000")]);
    let mut lab = Watched::start(config(real(kafka, &topic), &topic, all.clone()));
    lab.until("load", |reading| reading.accounts.delivered > 0);
    lab.run(WHILE);
    for acks in ["1", "0"] {
        lab.turn_and_wait(&with(&all, &[("acks", acks)]));
        lab.run(WHILE);
    }
    let (last, _) = lab.stop();
    let grown = kafka::assert_log_grew(kafka, &topic, before);
    assert_eq!(grown, last.accounts.delivered);
    let follower = last.follower.as_ref().expect("there was a follower");
    assert_eq!(
        (follower.read, follower.foreign, follower.corrupt),
        (grown, 0, 0)
    );
    for trial in &last.trials {
        assert_read_once(trial);
        let (times, acks) = (
            trial.followed.unwrap().end_to_end,
            trial.settings.word("acks"),
        );
        println!(
            "acks {acks}: due→ack p50 {:?}, due→read p50 {:?} p99 {:?}",
            trial.response.p50, times.p50, times.p99
        );
    }
    // Without acknowledgements the client hears nothing; the follower still knows when the record was there.
    let silent = &last.trials[2];
    let (told, read) = (
        silent.response.p50.unwrap(),
        silent.followed.unwrap().end_to_end.p50.unwrap(),
    );
    assert!(read > told, "read after {read:?}, sent after {told:?}");
}
