//! B4 and B9: the two bounds of a record's time, and the buffer that fills.

use std::time::Duration;

use crate::lab::StopAfter;
use crate::measure::Phase;
use crate::scenario::arms::{failures, number, reported};
use crate::scenario::load::{Produced, Run};
use crate::scenario::row::{Arm, Check, Stopped, Told};
use crate::scenario::stage::Stage;

/// How long send() may wait in the arm that fills the buffer, in milliseconds.
const BLOCK_MS: &str = "200";
const BLOCK_S: f64 = 0.2;
/// How long a record may take in the arm whose every try is refused.
const DELIVERY_MS: &str = "1000";
const DELIVERY: f64 = 1000.0;
/// librdkafka looks for late records once a second; a busy machine does so later.
const LATE: f64 = 6_000.0;
const WHILE: StopAfter = StopAfter::Time(Duration::from_secs(3));
/// A buffer that holds, and time-outs that nothing reaches.
const CALM: [(&str, &str); 4] = [
    ("rate", "500"),
    ("record.size", "100"),
    ("rtt.ms", "10"),
    ("linger.ms", "1"),
];
/// More than goes through: one request of 10 records in 300 ms.
const TIGHT: [(&str, &str); 8] = [
    ("rate", "1000"),
    ("record.size", "100"),
    ("rtt.ms", "300"),
    ("linger.ms", "0"),
    ("max.in.flight", "1"),
    ("batch.num.messages", "10"),
    ("queue.buffering.max.messages", "100"),
    ("max.block.ms", BLOCK_MS),
];

fn calm(stage: &Stage) -> Result<(Arm, Produced), Stopped> {
    load(stage, "calm", &CALM)
}

fn tight(stage: &Stage) -> Result<(Arm, Produced), Stopped> {
    load(stage, "a buffer of 100 records, max.block.ms=200", &TIGHT)
}

fn load(stage: &Stage, name: &str, settings: &[(&str, &str)]) -> Result<(Arm, Produced), Stopped> {
    let topic = stage.topic("buffer", 1, 1, &[])?;
    let produced = stage.produce(&Run {
        arm: name,
        settings,
        stop_after: Some(WHILE),
        audit: false,
        ..Run::to(&topic)
    })?;
    let result = &produced.snapshot.result;
    let arm = reported(name, &produced)
        .with("failed in send()", failures(&produced, Phase::Send, None))
        .with(
            "failed in delivery",
            failures(&produced, Phase::Delivery, None),
        )
        .with_some("longest send() ms", result.send_ms.max.map(|time| time.0));
    Ok((arm, produced))
}

/// Brokers that refuse every try in a way worth a retry: what the client holds comes to its time-out.
fn expiring(stage: &Stage) -> Result<(Arm, Produced), Stopped> {
    let own = [
        ("errors.retriable", "1000"),
        ("linger.ms", "20"),
        ("delivery.timeout.ms", DELIVERY_MS),
    ];
    let calm = CALM.iter().filter(|(name, _)| *name != "linger.ms");
    let settings: Vec<_> = calm.copied().chain(own).collect();
    let name = "every try refused, delivery.timeout.ms=1000";
    let (arm, produced) = load(stage, name, &settings)?;
    let longest = produced.snapshot.result.response_ms.max;
    let arm = arm.with_some("longest time ms", longest.map(|time| time.0));
    Ok((arm, produced))
}

/// Whether every refusal took its time: so many of them fit into the load, one after the other.
fn blocked(produced: &Produced) -> Check {
    let refused = failures(produced, Phase::Send, Some("_QUEUE_FULL"));
    let took = produced.snapshot.result.duration_s.unwrap_or(0.0);
    #[expect(clippy::cast_precision_loss, reason = "a handful")]
    let waited = refused as f64 * BLOCK_S;
    Check::new(
        format!(
            "send() of {} records gave up, each after {BLOCK_MS} ms: {waited:.1} s of the load's {took:.1} s",
            number(refused)
        ),
        refused > 0 && waited <= took + BLOCK_S,
    )
}

fn nothing_fails(produced: &Produced) -> Check {
    let failed = produced.snapshot.result.failed;
    Check::new(
        format!("{} records failed while the buffer held", number(failed)),
        failed == 0,
    )
}

pub fn full(stage: &Stage) -> Result<Told, Stopped> {
    let (control, held) = calm(stage)?;
    let (treatment, blocking) = tight(stage)?;
    Ok(Told {
        control,
        treatment,
        checks: vec![nothing_fails(&held), blocked(&blocking)],
        lesson: "a full buffer is back-pressure first and an error later: the application must handle both".into(),
        ..Told::default()
    })
}

pub fn two_parts(stage: &Stage) -> Result<Told, Stopped> {
    let (control, held) = calm(stage)?;
    let (treatment, blocking) = tight(stage)?;
    let (late, expired) = expiring(stage)?;
    let in_delivery = failures(&expired, Phase::Delivery, Some("_MSG_TIMED_OUT"));
    let longest = expired
        .snapshot
        .result
        .response_ms
        .max
        .map_or(0.0, |max| max.0);
    let checks = vec![
        nothing_fails(&held),
        blocked(&blocking),
        Check::new(
            format!(
                "{} records failed in send(), and {} in delivery, of the arm that fills the buffer",
                number(failures(&blocking, Phase::Send, None)),
                number(failures(&blocking, Phase::Delivery, None))
            ),
            failures(&blocking, Phase::Delivery, None) == 0,
        ),
        Check::new(
            format!(
                "{} records expired in delivery, the last after {longest:.0} ms (delivery.timeout.ms={DELIVERY_MS})",
                number(in_delivery)
            ),
            in_delivery > 0 && (DELIVERY..DELIVERY + LATE).contains(&longest),
        ),
    ];
    Ok(Told {
        control,
        treatment,
        further: vec![late],
        checks,
        lesson: "max.block.ms and delivery.timeout.ms add up: the application hears of a record after both at the latest".into(),
    })
}
