use super::*;
use crate::lab::constructed::{latencies, reading, trial};
use crate::measure::{ErrorCount, Persisted, Phase};
use crate::settings::Source;
use std::sync::Arc;

/// A trial with these rows set.
fn with(rows: &[(&str, &str)]) -> TrialReading {
    let mut settings = Settings::default();
    for (name, text) in rows {
        let value = find(name).unwrap().parse(text).unwrap();
        settings.put(name, value, Source::Hand);
    }
    TrialReading {
        settings: Arc::new(settings),
        ..trial()
    }
}

fn told(trial: TrialReading) -> Vec<Advice> {
    advise(&reading(trial))
}

/// The one sentence with these words.
#[track_caller]
fn sentence(advice: &[Advice], words: &str) -> Advice {
    let found = advice.iter().find(|advice| advice.text.contains(words));
    found
        .unwrap_or_else(|| panic!("{words:?} is not in {advice:#?}"))
        .clone()
}

#[track_caller]
fn silent(advice: &[Advice], words: &str) {
    assert!(
        !advice.iter().any(|advice| advice.text.contains(words)),
        "{advice:#?}"
    );
}

#[test]
fn a_healthy_trial_is_only_told_where_its_time_goes() {
    let advice = told(with(&[("linger.ms", "5"), ("enable.idempotence", "off")]));
    assert_eq!(advice.len(), 1, "{advice:#?}");
    assert_eq!(sentence(&advice, "the round trip is 10 ms").turn, None);
}

#[test]
fn nothing_is_told_when_no_load_runs() {
    let mut paused = reading(with(&[]));
    paused.load = LoadState::Paused;
    assert!(advise(&paused).is_empty());
}

#[test]
fn one_request_at_a_time_asks_for_two() {
    let rows = [
        ("max.in.flight", "1"),
        ("linger.ms", "5"),
        ("enable.idempotence", "off"),
    ];
    let mut waiting = with(&rows);
    waiting.stages.breakdown.queue = Some(Millis(14.0));
    waiting.response = latencies(25.0, 25.1, 61.0);
    let advice = sentence(
        &told(waiting.clone()),
        "one request at a time: each waits a 10 ms round trip",
    );
    assert_eq!(advice.turn, Some(("max.in.flight", Value::Number(2.0))));
    waiting.stages.breakdown.queue = Some(Millis(3.0));
    silent(&told(waiting), "one request at a time");
}

#[test]
fn idempotence_is_named_as_the_cause_of_one_request_per_partition() {
    let mut waiting = with(&[("enable.idempotence", "on"), ("linger.ms", "5")]);
    waiting.stages.breakdown.queue = Some(Millis(14.0));
    assert_eq!(
        sentence(&told(waiting.clone()), "one request per partition").turn,
        None
    );
    waiting.stages.batch_fill = Some(0.95);
    let advice = sentence(&told(waiting.clone()), "Batches are full");
    assert_eq!(advice.turn.map(|turn| turn.0), Some("batch.size"));
    waiting.stages.breakdown.round_trip = Some(Millis(0.2));
    silent(&told(waiting), "per partition");
}

#[test]
fn requests_that_wait_for_one_another_ask_for_fewer_in_flight_and_never_for_acks_1() {
    let mut line = with(&[
        ("acks", "all"),
        ("enable.idempotence", "off"),
        ("linger.ms", "0"),
    ]);
    line.stages.requests_per_s = 1500.0;
    line.stages.batch_fill = Some(0.01);
    line.stages.breakdown.round_trip = Some(Millis(176.0));
    line.stages.shortest_round_trip = Some(Millis(1.5));
    line.response = latencies(178.0, 176.0, 373.0);
    let replicated = |trial: TrialReading| {
        let mut reading = reading(trial);
        let mut cluster = (*reading.cluster).clone();
        cluster.topic.replication_factor = Some(3);
        reading.cluster = cluster.into();
        advise(&reading)
    };
    let advice = replicated(line.clone());
    let found = sentence(&advice, "264 requests a broker stand in line");
    assert_eq!(found.turn, Some(("max.in.flight", Value::Number(5.0))));
    silent(&advice, "acks=1");
    silent(&advice, "leave by linger");
    // A long line to the brokers is no queue.
    line.stages.shortest_round_trip = Some(Millis(170.0));
    silent(&replicated(line), "stand in line");
}

#[test]
fn a_long_linger_is_shortened_and_a_full_batch_is_not() {
    let mut lingering = with(&[("linger.ms", "50"), ("enable.idempotence", "off")]);
    lingering.stages.breakdown.queue = Some(Millis(25.0));
    lingering.response = latencies(36.0, 36.0, 62.0);
    let advice = sentence(&told(lingering.clone()), "take about 20 ms off");
    assert_eq!(advice.turn, Some(("linger.ms", Value::Number(10.0))));
    lingering.stages.batch_fill = Some(1.0);
    silent(&told(lingering), "linger.ms");
}

#[test]
fn many_nearly_empty_requests_ask_for_linger_unless_a_time_is_too_long_already() {
    let mut small = with(&[("linger.ms", "5"), ("enable.idempotence", "off")]);
    small.stages.requests_per_s = 900.0;
    small.stages.batch_fill = Some(0.01);
    let advice = sentence(&told(small.clone()), "900 requests/s carry 66 records");
    assert_eq!(advice.turn, Some(("linger.ms", Value::Number(10.0))));
    small.goals = vec![GoalState::Missed];
    silent(&told(small.clone()), "requests/s");
    let goals = [Goal::parse("p99<10ms").unwrap()];
    let advice = advise_for(&reading(small), &goals);
    silent(&advice, "requests/s");
    sentence(
        &advice,
        "p99<10ms is missed: 20 ms is 10 ms too long. The largest part of the mean is the round trip",
    );
}

#[test]
fn a_saturated_client_comes_first_and_asks_for_half_the_rate() {
    let mut busy = reading(with(&[("rate", "10000")]));
    busy.cpu = 0.97;
    let advice = advise(&busy);
    assert!(advice[0].text.contains("97 % of a core"));
    assert_eq!(advice[0].turn, Some(("rate", Value::Number(5000.0))));
    let mut late = with(&[("rate", "10000")]);
    late.lateness = latencies(1.0, 0.1, 40.0);
    sentence(&told(late), "40 ms late");
    let mut full = reading(with(&[("rate", "max")]));
    full.cpu = 0.97;
    assert_eq!(
        sentence(&advise(&full), "the limit at full speed").turn,
        None
    );
}

#[test]
fn a_full_queue_asks_for_the_rate_that_is_delivered() {
    let mut blocked = with(&[("rate", "20000")]);
    blocked.sent_per_s = 12_000.0;
    blocked.stages.breakdown.send = Some(Millis(800.0));
    let advice = sentence(&told(blocked.clone()), "send() blocks 800 ms on average");
    assert!(
        advice
            .text
            .contains("20,000/s fall due and 12,000/s are delivered")
    );
    assert_eq!(advice.turn.map(|turn| turn.0), Some("rate"));
    blocked.sent_per_s = 19_990.0;
    silent(&told(blocked), "send() blocks");
}

#[test]
fn sync_sends_that_fall_behind_ask_for_async() {
    let mut sync = with(&[("send.mode", "sync"), ("rate", "1000")]);
    sync.sent_per_s = 71.0;
    let advice = sentence(&told(sync.clone()), "71/s of 1,000/s");
    assert_eq!(advice.turn, Some(("send.mode", Value::Choice("async"))));
    sync.sent_per_s = 1000.0;
    silent(&told(sync), "sync sender");
}

#[test]
fn the_most_frequent_error_is_told_with_its_way_out() {
    let error = |code: &str, count| ErrorCount {
        code: code.into(),
        phase: Phase::Delivery,
        retriable: true,
        persisted: Persisted::Possibly,
        count,
    };
    let mut failing = with(&[]);
    failing.errors = vec![error("SOMETHING_NEW", 3), error("_MSG_TIMED_OUT", 1200)];
    let advice = sentence(
        &told(failing.clone()),
        "1,200 records failed in delivery with _MSG_TIMED_OUT",
    );
    assert!(advice.text.contains("delivery.timeout.ms"));
    failing.errors.pop();
    sentence(&told(failing), "SOMETHING_NEW: it can be retried");
    silent(&told(with(&[])), "failed");
}

#[test]
fn throttling_is_told_with_its_figure() {
    let mut throttled = with(&[]);
    throttled.stages.throttle = Some(Millis(25.0));
    sentence(&told(throttled.clone()), "throttle each request by 25 ms");
    throttled.stages.throttle = Some(Millis(0.0));
    silent(&told(throttled), "throttle");
}

#[test]
fn compression_is_proposed_where_it_pays_and_questioned_where_it_does_not() {
    let rows = [
        ("compression.type", "none"),
        ("payload", "json"),
        ("enable.idempotence", "off"),
    ];
    let mut plain = with(&rows);
    plain.stages.compression_ratio = Some(1.0);
    silent(&told(plain.clone()), "uncompressed");
    plain.mib_per_s = 80.0;
    let advice = sentence(&told(plain), "80 MiB/s of json leave uncompressed");
    assert_eq!(
        advice.turn,
        Some(("compression.type", Value::Choice("lz4")))
    );
    let mut useless = with(&[("compression.type", "gzip"), ("enable.idempotence", "off")]);
    silent(&told(useless.clone()), "gzip");
    useless.stages.compression_ratio = Some(1.0);
    let advice = sentence(
        &told(useless),
        "gzip shrinks batches by a factor of 1.00 only",
    );
    assert_eq!(
        advice.turn,
        Some(("compression.type", Value::Choice("none")))
    );
}

#[test]
fn a_codec_that_costs_more_than_it_saves_gives_way_to_a_lighter_one() {
    let rows = [("compression.type", "gzip"), ("enable.idempotence", "off")];
    let mut hard = with(&rows);
    hard.mib_per_s = 12.0;
    hard.stages.compression_ratio = Some(4.0);
    hard.machine.client = Some(0.6);
    let advice = sentence(
        &told(hard.clone()),
        "take 60 % of a core to spare 9.0 MiB/s, 8 % of a 1 Gbit/s line",
    );
    assert_eq!(
        advice.turn,
        Some(("compression.type", Value::Choice("lz4")))
    );
    hard.machine.client = Some(0.15);
    silent(&told(hard.clone()), "costs more CPU");
    hard.machine.client = Some(0.6);
    hard.mib_per_s = 80.0;
    silent(&told(hard), "costs more CPU");
}

#[test]
fn a_client_that_waits_for_a_core_is_saturated_too() {
    let mut starved = with(&[("rate", "10000")]);
    starved.machine.saturated = true;
    starved.machine.busiest = Some(0.42);
    starved.machine.waited = Some(1.5);
    sentence(
        &told(starved),
        "the client is saturated: its busiest thread uses 42 % of a core, and its threads wait 1.5 s a second for one",
    );
}

#[test]
fn at_most_three_sentences_are_told() {
    let mut bad = with(&[
        ("rate", "20000"),
        ("compression.type", "none"),
        ("payload", "json"),
    ]);
    bad.stages.throttle = Some(Millis(25.0));
    bad.stages.breakdown.send = Some(Millis(800.0));
    bad.mib_per_s = 80.0;
    let mut reading = reading(bad);
    reading.cpu = 1.0;
    let advice = advise(&reading);
    assert_eq!(advice.len(), 3);
    assert!(advice[0].text.contains("saturated") && advice[2].text.contains("throttle"));
}
