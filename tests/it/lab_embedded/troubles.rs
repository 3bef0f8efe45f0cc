//! Brokers that answer with errors, a queue that is full, and brokers that are gone.

use linger::measure::Phase;

use super::*;

#[test]
fn retriable_errors_are_retried_and_fatal_ones_fail_by_code() {
    let calm = calm();
    let mut lab = start(&with(&calm, &[("errors.retriable", "10")]));
    let reading = lab.until("a retry", |reading| {
        reading.live_trial().unwrap().stages.retries > 3
    });
    assert_eq!(
        reading.accounts.failed,
        0,
        "{:?}",
        reading.live_trial().unwrap().errors
    );
    lab.turn_and_wait(&with(&calm, &[("errors.fatal", "20")]));
    lab.until("failures of both codes", |reading| {
        reading.live_trial().unwrap().errors.len() == 2
    });
    let (last, _) = lab.stop();
    assert_eq!(
        last.trials[0].accounts.failed, 0,
        "{:?}",
        last.trials[0].errors
    );
    let mut codes: Vec<_> = last.trials[1]
        .errors
        .iter()
        .map(|error| error.code.as_str())
        .collect();
    codes.sort_unstable();
    assert_eq!(codes, ["INVALID_RECORD", "MSG_SIZE_TOO_LARGE"]);
    assert!(
        last.trials[1]
            .errors
            .iter()
            .all(|error| error.phase == Phase::Delivery && !error.retriable)
    );
    let by_code: u64 = last.trials[1].errors.iter().map(|error| error.count).sum();
    assert_eq!(by_code, last.trials[1].accounts.failed);
}

#[test]
fn a_full_queue_blocks_send_and_max_block_ends_the_wait() {
    let tight = with(
        &calm(),
        &[
            ("rate", "20000"),
            ("queue.buffering.max.messages", "100"),
            ("rtt.ms", "50"),
            ("record.size", "100"),
        ],
    );
    let mut lab = start(&tight);
    let reading = lab.run(WHILE);
    let live = reading.live_trial().unwrap();
    assert_eq!(live.accounts.failed, 0);
    assert!(
        live.accounts.in_flight() <= 101,
        "{} in flight of a queue of 100",
        live.accounts.in_flight()
    );
    assert!(
        live.send.p99.unwrap().0 > 20.0,
        "send() waits: {:?}",
        live.send
    );
    assert!(reading.behind > 1_000, "{} behind", reading.behind);

    lab.turn_and_wait(&with(&tight, &[("max.block.ms", "5"), ("rtt.ms", "300")]));
    lab.until("failures in send()", |reading| {
        reading.live_trial().unwrap().accounts.failed > 3
    });
    let (last, _) = lab.stop();
    let errors = &last.trials[1].errors;
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert_eq!(
        (errors[0].code.as_str(), errors[0].phase),
        ("_QUEUE_FULL", Phase::Send)
    );
}

#[test]
fn brokers_go_down_and_come_back() {
    let mut lab = start(&calm());
    for broker in 1..=3 {
        lab.command(Command::ToggleBroker(broker));
    }
    let down = lab.until("brokers down", |reading| {
        reading.cluster.brokers.iter().all(|broker| !broker.up)
    });
    let told = |event: &str| down.events.iter().any(|known| known.text == event);
    assert!(told("broker 2 taken down"), "{:?}", down.events);
    let stuck = lab.until("records that wait for them", |reading| {
        reading.accounts.in_flight() > 300
    });
    for broker in 1..=3 {
        lab.command(Command::ToggleBroker(broker));
    }
    lab.until("the brokers", |reading| {
        reading.cluster.brokers.iter().all(|broker| broker.up)
    });
    lab.until("the backlog to go", |reading| {
        reading.accounts.delivered > stuck.accounts.attempted && reading.accounts.in_flight() < 100
    });
    let (last, _) = lab.stop();
    assert_eq!(last.accounts.failed, 0, "{:?}", last.trials[0].errors);
}
