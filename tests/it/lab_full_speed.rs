//! Full speed against a small queue: senders wait for room, and read their reports themselves meanwhile.

use std::time::Duration;

use linger::lab::{Command, LoadState};

use crate::lab_handle::{Watched, config, embedded, settings, with};

#[test]
fn full_queues_keep_exact_accounts_through_turns_pauses_and_senders() {
    let full = settings(&[
        ("rate", "max"),
        ("record.size", "100"),
        ("rtt.ms", "5"),
        ("queue.buffering.max.messages", "2000"),
    ]);
    let mut lab = Watched::start(config(embedded(), "linger-full", full.clone()));
    lab.until("a full queue", |reading| reading.accounts.delivered > 4_000);
    for changes in [
        &[("senders", "3")][..],
        &[("linger.ms", "1"), ("senders", "3")],
        &[("rate", "5000")],
        &[("senders", "2")],
    ] {
        let before = lab.turn_and_wait(&with(&full, changes)).accounts.delivered;
        lab.until("the load to go on", |reading| {
            reading.accounts.delivered > before + 4_000
        });
    }
    lab.command(Command::Pause);
    let paused = lab.until("the pause", |reading| {
        reading.load == LoadState::Paused && reading.accounts.in_flight() == 0
    });
    assert_eq!(paused.accounts.delivered, paused.accounts.attempted);
    lab.command(Command::Resume);
    lab.until("the load to go on", |reading| {
        reading.accounts.delivered > paused.accounts.delivered + 4_000
    });
    lab.run(Duration::from_millis(200));
    let (last, snapshots) = lab.stop();
    assert_eq!(last.accounts.failed, 0, "{:?}", last.trials[0].errors);
    assert_eq!(last.accounts.delivered, last.accounts.attempted);
    for snapshot in snapshots {
        let result = &snapshot.result;
        assert_eq!(result.response_ms.count, result.delivered);
        assert_eq!(result.send_ms.count, result.delivered);
    }
}
