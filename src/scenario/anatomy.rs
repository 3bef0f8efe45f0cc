//! The producer's anatomy: where a record goes, how it is sent, and where it may fail. All of it shows on the embedded cluster.

use std::time::Duration;

use super::arms::{codes, failures, number, reported};
use super::load::{Produced, Run};
use super::row::{Arm, Check, Needs, Rule, Scenario, Stopped, Told};
use super::stage::Stage;
use crate::lab::StopAfter;
use crate::measure::Phase;

/// The scenarios of this family.
pub const ROWS: &[Scenario] = &[
    Scenario {
        id: "A1",
        claim: "a record goes through the partitioner into the batch of its partition, to the broker, and again where that fails in a way worth a retry",
        needs: Needs::Embedded,
        control: "records without a record key (further: one record key, a named partition, errors worth a retry)",
        treatment: "records with many record keys",
        counted: "records a batch, records by partition, and where their time goes",
        rule: Rule::Checks,
        differs: "librdkafka has no serializers: the application hands over bytes",
        run: pipeline,
    },
    Scenario {
        id: "A2",
        claim: "there are three ways to send: fire and forget, synchronous, asynchronous with a callback",
        needs: Needs::Embedded,
        control: "asynchronous: reports are read as they come",
        treatment: "fire and forget: reports are never read (further: synchronous)",
        counted: "failures that the application did not learn of, records per second",
        rule: Rule::Checks,
        differs: "",
        run: ways,
    },
    Scenario {
        id: "A3",
        claim: "some errors arise before a record is sent, others on the broker",
        needs: Needs::Embedded,
        control: "a broker that refuses batches",
        treatment: "a buffer that is full",
        counted: "errors by phase",
        rule: Rule::Checks,
        differs: "librdkafka has no serializers, so no serialization fails in it",
        run: phases,
    },
    Scenario {
        id: "A4",
        claim: "errors that may pass are retried, others fail at once",
        needs: Needs::Embedded,
        control: "errors that no retry mends",
        treatment: "errors that a retry mends",
        counted: "records that failed, requests that were sent again",
        rule: Rule::Checks,
        differs: "",
        run: retriable,
    },
];

const WHILE: StopAfter = StopAfter::Time(Duration::from_secs(3));
/// How many partitions the topics here have.
const PARTITIONS: u32 = 6;
/// The round trip that is added, in milliseconds.
const TRIP_MS: f64 = 20.0;
const BASE: [(&str, &str); 4] = [
    ("rate", "5000"),
    ("record.size", "100"),
    ("linger.ms", "10"),
    ("rtt.ms", "20"),
];
/// So rare that the next try meets none, also once the load is over.
const PASSING: [(&str, &str); 2] = [("errors.retriable", "2"), ("retry.backoff.ms", "20")];
/// A failure that was not worth a retry comes within this, in milliseconds, and long before delivery.timeout.ms.
const SOON: f64 = 10_000.0;

fn load(stage: &Stage, name: &str, own: &[(&str, &str)]) -> Result<(Arm, Produced), Stopped> {
    let topic = stage.topic("anatomy", PARTITIONS, 1, &[])?;
    let settings: Vec<_> = BASE.iter().copied().chain(own.iter().copied()).collect();
    let produced = stage.produce(&Run {
        arm: name,
        settings: &settings,
        stop_after: Some(WHILE),
        audit: false,
        ..Run::to(&topic)
    })?;
    let result = &produced.snapshot.result;
    let used = result.partitions.iter().filter(|count| **count > 0).count();
    let arm = reported(name, &produced)
        .with("partitions used", used as u64)
        .with_some("records a batch", result.batch_records_mean);
    Ok((arm, produced))
}

fn pipeline(stage: &Stage) -> Result<Told, Stopped> {
    let (control, keyless) = load(stage, "no record key", &[])?;
    let (treatment, keyed) = load(stage, "many record keys", &[("record.keys", "uniform")])?;
    let one_key = [("record.keys", "uniform"), ("key.count", "1")];
    let (one, single) = load(stage, "one record key", &one_key)?;
    let (turns, named) = load(
        stage,
        "a named partition in turn",
        &[("record.keys", "partition")],
    )?;
    let (again, retried) = load(stage, "errors worth a retry", &PASSING)?;
    let batch = |of: &Produced| of.snapshot.result.batch_records_mean.unwrap_or(0.0);
    let counts = &named.snapshot.result.partitions;
    let (least, most) = (counts.iter().min(), counts.iter().max());
    let even = matches!((least, most), (Some(&least), Some(&most)) if least > 0 && most <= least + least / 4);
    let only = single
        .snapshot
        .result
        .partitions
        .iter()
        .filter(|count| **count > 0)
        .count();
    let checks = vec![
        Check::new(
            format!(
                "without a record key {:.1} records share a batch, with many {:.1}: keyless ones stay with one partition for a while",
                batch(&keyless),
                batch(&keyed)
            ),
            batch(&keyless) > 1.5 * batch(&keyed),
        ),
        Check::new(
            format!("all records of one record key are in {only} partition"),
            only == 1,
        ),
        Check::new(
            format!(
                "records that name their partition spread evenly: {} to {} a partition",
                number(least.copied().unwrap_or(0)),
                number(most.copied().unwrap_or(0))
            ),
            even,
        ),
        stages(&keyless),
        again_and_there(&retried),
    ];
    Ok(Told {
        control,
        treatment,
        further: vec![one, turns, again],
        checks,
        lesson: "the record key decides the partition, the partition the batch, and the batch what a request carries; the panel \"where records are\" of the lab shows it live".into(),
    })
}

/// Whether a record's time is made of the parts that the pipeline has.
fn stages(of: &Produced) -> Check {
    let result = &of.snapshot.result;
    let parts = &result.breakdown_ms;
    let ms = |part: Option<crate::settings::Millis>| part.map_or(0.0, |time| time.0);
    let (queue, trip) = (ms(parts.queue), ms(parts.round_trip));
    let whole = ms(result.response_ms.mean);
    Check::new(
        format!(
            "of {whole:.1} ms, {queue:.1} pass in the batch and its queue, and {trip:.1} on the way to the broker and back"
        ),
        queue > 0.0 && trip >= TRIP_MS * 0.9 && whole >= trip,
    )
}

fn again_and_there(of: &Produced) -> Check {
    let result = &of.snapshot.result;
    let retries = result.retries.unwrap_or(0);
    Check::new(
        format!(
            "{} requests were sent again, and {} records failed",
            number(retries),
            number(result.failed)
        ),
        retries > 0 && result.failed == 0,
    )
}

fn ways(stage: &Stage) -> Result<Told, Stopped> {
    let broken = ("errors.fatal", "5");
    let (control, told) = load(stage, "asynchronous", &[broken])?;
    let (treatment, untold) = load(
        stage,
        "fire and forget",
        &[broken, ("send.mode", "fire-and-forget")],
    )?;
    let (sync, waiting) = load(
        stage,
        "synchronous",
        &[("send.mode", "sync"), ("linger.ms", "0")],
    )?;
    let unread = |of: &Produced| of.snapshot.result.unread_failures;
    let failed = |of: &Produced| of.snapshot.result.failed;
    let rate = |of: &Produced| of.snapshot.result.records_per_s.unwrap_or(0.0);
    let most = 1000.0 / TRIP_MS;
    let checks = vec![
        Check::new(
            format!(
                "asynchronous: {} records failed, and the application learnt of all but {}",
                number(failed(&told)),
                number(unread(&told))
            ),
            failed(&told) > 0 && unread(&told) == 0,
        ),
        Check::new(
            format!(
                "fire and forget: {} failed, and it learnt of none of {}",
                number(failed(&untold)),
                number(unread(&untold))
            ),
            failed(&untold) > 0 && unread(&untold) == failed(&untold),
        ),
        Check::new(
            format!(
                "synchronous: {:.1} records/s, at most one per round trip of {TRIP_MS} ms ({most}/s); asynchronous {:.0}",
                rate(&waiting),
                rate(&told)
            ),
            rate(&waiting) > 0.0
                && rate(&waiting) <= most * 1.1
                && rate(&told) > 4.0 * rate(&waiting),
        ),
    ];
    let arm = |arm: Arm, of: &Produced| {
        arm.with("failures not learnt of", unread(of))
            .with("records/s", rate(of))
    };
    Ok(Told {
        control: arm(control, &told),
        treatment: arm(treatment, &untold),
        further: vec![arm(sync, &waiting)],
        checks,
        lesson: "waiting for each record costs a round trip a record; not reading reports costs the knowledge of what failed; a callback costs neither".into(),
    })
}

fn phases(stage: &Stage) -> Result<Told, Stopped> {
    let (control, refused) = load(
        stage,
        "a broker that refuses batches",
        &[("errors.fatal", "10")],
    )?;
    let tight = [
        ("rtt.ms", "300"),
        ("max.in.flight", "1"),
        ("batch.num.messages", "10"),
        ("queue.buffering.max.messages", "100"),
        ("max.block.ms", "50"),
    ];
    let (treatment, full) = load(stage, "a full buffer", &tight)?;
    let of = |produced: &Produced, phase| failures(produced, phase, None);
    let checks = vec![
        Check::new(
            format!(
                "on the broker: {}, all of them after send()",
                codes(&refused)
            ),
            of(&refused, Phase::Delivery) > 0 && of(&refused, Phase::Send) == 0,
        ),
        Check::new(
            format!("before sending: {}, all of them in send()", codes(&full)),
            of(&full, Phase::Send) > 0 && of(&full, Phase::Delivery) == 0,
        ),
    ];
    let arm = |arm: Arm, produced: &Produced| {
        arm.with("failed in send()", of(produced, Phase::Send))
            .with("failed in delivery", of(produced, Phase::Delivery))
    };
    Ok(Told {
        control: arm(control, &refused),
        treatment: arm(treatment, &full),
        checks,
        lesson: "errors come by two ways: what send() returns, and what the report of a record says later".into(),
        ..Told::default()
    })
}

fn retriable(stage: &Stage) -> Result<Told, Stopped> {
    let (control, fatal) = load(
        stage,
        "errors that no retry mends",
        &[("errors.fatal", "10")],
    )?;
    let (treatment, passing) = load(stage, "errors that a retry mends", &PASSING)?;
    let result = &fatal.snapshot.result;
    let longest = result.response_ms.max.map_or(0.0, |time| time.0);
    let any_worth = result.errors.iter().any(|error| error.retriable);
    let checks = vec![
        again_and_there(&passing),
        Check::new(
            format!(
                "{} records failed ({}) within {longest:.0} ms, though delivery.timeout.ms is 300 s, and {} requests were sent again",
                number(result.failed),
                codes(&fatal),
                number(result.retries.unwrap_or(0))
            ),
            result.failed > 0 && !any_worth && result.retries == Some(0) && longest < SOON,
        ),
    ];
    Ok(Told {
        control,
        treatment,
        checks,
        lesson: "the code of an error decides, not the client's patience: what may pass is tried again until delivery.timeout.ms".into(),
        ..Told::default()
    })
}
