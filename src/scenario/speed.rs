//! Speed: what settings cost and bring, judged by paired comparisons. What a comparison cannot tell is never a verdict on the claim.

mod duel;

use self::duel::{Duel, Expect};
use super::load::Run;
use super::row::{Arm, Check, Needs, Rule, Scenario, Stopped, Told};
use super::stage::Stage;
use crate::lab::StopAfter;
use crate::measure::comparison::Metric;
use crate::settings::Millis;
use crate::snapshot::Snapshot;
use std::time::Duration;

/// The scenarios of this family.
pub const ROWS: &[Scenario] = &[
    Scenario {
        id: "B1",
        claim: "acks=0, 1 and all trade the producer's latency for safety",
        needs: Needs::Local(3),
        control: "acks=all on three replicas",
        treatment: "acks=1 on three replicas",
        counted: "p50 from due to acknowledged, in pairs of blocks; p50 at acks=0 beside them, which ends at the socket",
        rule: Rule::Speed,
        differs: IN_LINE,
        run: acks,
    },
    Scenario {
        id: "B2",
        claim: "acks does not change when consumers can read a record: only what all in-sync replicas have can be read",
        needs: Needs::Local(3),
        control: "acks=all on three replicas, every record read back",
        treatment: "acks=1 on three replicas, every record read back",
        counted: "p50 from due to read back, which must be the same within the margin",
        rule: Rule::Speed,
        differs: IN_LINE,
        run: end_to_end,
    },
    Scenario {
        id: "B8",
        claim: "linger.ms costs latency and saves requests; a full batch leaves before it",
        needs: Needs::Real,
        control: "linger.ms=0",
        treatment: "linger.ms=20",
        counted: "p50 from due to acknowledged, in pairs of blocks; records per batch; p50 with small batches and linger.ms=2000",
        rule: Rule::Speed,
        differs: "librdkafka fills batches at linger.ms=0 too, from what queues up while requests are under way",
        run: linger,
    },
    Scenario {
        id: "B10",
        claim: "compression saves network and disk, and costs CPU",
        needs: Needs::Real,
        control: "compression.type=none on text",
        treatment: "compression.type=gzip on text",
        counted: "bytes before compression ÷ on the wire; CPU of the client's threads a record, in pairs of blocks; the ratio of other codecs",
        rule: Rule::Speed,
        differs: "",
        run: compression,
    },
    Scenario {
        id: "B11",
        claim: "a large batch.size adds no delay, and a small one costs throughput",
        needs: Needs::Real,
        control: "batch.size of 128 KiB",
        treatment: "batch.size of 1 MB at a fixed rate; of 1 KiB at full speed",
        counted: "p50 from due to acknowledged, which must be the same within the margin; records delivered per second",
        rule: Rule::Speed,
        differs: "",
        run: batch_size,
    },
    Scenario {
        id: "B12",
        claim: "throughput peaks at max.in.flight 2, and 5 is about as good",
        needs: Needs::Real,
        control: "max.in.flight=2 with 5 ms of round trip",
        treatment: "max.in.flight=5, and 1, with 5 ms of round trip",
        counted: "records delivered per second at full speed, in pairs of blocks",
        rule: Rule::Speed,
        differs: "librdkafka counts requests per broker and keeps a bounded queue; where the round trip × rate is more than two batches, more in flight carry more",
        run: in_flight,
    },
];

/// How long an arm runs that stands beside a comparison.
const BESIDE: StopAfter = StopAfter::Time(Duration::from_millis(1_500));

/// A block where a second shows too little.
const PATIENT: Duration = Duration::from_secs(2);

fn told(says: &str, found: &duel::Found) -> Check {
    Check::new(format!("{says}: {}", found.sentence), found.holds)
}

/// One load beside a comparison, not audited.
fn beside(
    stage: &Stage,
    topic: &str,
    arm: &str,
    settings: &[(&str, &str)],
) -> Result<Snapshot, Stopped> {
    let run = Run {
        arm,
        settings,
        stop_after: Some(BESIDE),
        audit: false,
        ..Run::to(topic)
    };
    Ok(stage.produce(&run)?.snapshot)
}

fn p50(name: &str, snapshot: &Snapshot) -> Arm {
    let time = snapshot.result.response_ms.p50;
    Arm::new(name).with_some("p50 ms", time.map(|time| time.0))
}

/// Why both are asked at a rate at which no request waits for another.
const IN_LINE: &str = "a broker answers one request of a connection at a time and librdkafka lets 1,000,000 be in flight: where each record is a request of its own and more come than are answered, those with acks=all stand in line, and are read later too";

/// Small records at a rate at which no request waits for another.
const CALM: [(&str, &str); 4] = [
    ("rate", "100"),
    ("record.size", "200"),
    ("linger.ms", "0"),
    ("enable.idempotence", "off"),
];

fn acks(stage: &Stage) -> Result<Told, Stopped> {
    let topic = stage.topic("acks", 3, 3, &[])?;
    let found = Duel {
        shared: &CALM,
        a: &[("acks", "all")],
        b: &[("acks", "1")],
        block: PATIENT,
        ..Duel::on(&topic, Metric::P50, Expect::BBetter)
    }
    .fight(stage)?;
    let socket = beside(stage, &topic, "acks=0", &with(&CALM, &[("acks", "0")]))?;
    let mut further = vec![p50("acks=0", &socket).note("it ends at the socket: no broker answers")];
    further.extend(in_line(stage, &topic)?);
    Ok(Told {
        checks: vec![told("acks=1 answers sooner than acks=all", &found)],
        further,
        control: found.a,
        treatment: found.b,
        lesson: "with acks=all an answer waits for the followers' next fetch; what that buys is shown by C2".into(),
    })
}

fn end_to_end(stage: &Stage) -> Result<Told, Stopped> {
    let topic = stage.topic("read", 3, 3, &[])?;
    let found = Duel {
        shared: &with(&CALM, &[("follow", "on")]),
        a: &[("acks", "all")],
        b: &[("acks", "1")],
        block: PATIENT,
        // Reading back varies by a fetch: what is asked is whether the followers' share of it has gone.
        margin: 20.0,
        pairs: 14,
        ..Duel::on(&topic, Metric::ReadP50, Expect::Same)
    }
    .fight(stage)?;
    Ok(Told {
        checks: vec![told("records can be read no sooner with acks=1", &found)],
        further: in_line(stage, &topic)?,
        control: found.a,
        treatment: found.b,
        lesson: "acks decides when the producer hears of it, not when a consumer may read it"
            .into(),
    })
}

/// The same with acks=all at a rate at which requests wait for one another, and what mends it.
fn in_line(stage: &Stage, topic: &str) -> Result<Vec<Arm>, Stopped> {
    let crowded = [("rate", "3000"), ("acks", "all"), ("follow", "on")];
    let arms: [(&str, &[(&str, &str)]); 2] = [
        ("acks=all, 3,000 requests/s", &[]),
        ("the same with max.in.flight=5", &[("max.in.flight", "5")]),
    ];
    let arms = arms.into_iter().map(|(name, more)| {
        let settings = with(&with(&CALM, &crowded), more);
        let result = beside(stage, topic, name, &settings)?.result;
        let read = result.end_to_end_ms.and_then(|read| read.p50);
        Ok(Arm::new(name)
            .with_some("p50 ms", result.response_ms.p50.map(|time| time.0))
            .with_some("read-p50 ms", read.map(|time| time.0)))
    });
    arms.collect()
}

fn with<'a>(rows: &[(&'a str, &'a str)], more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    rows.iter().chain(more).copied().collect()
}

fn linger(stage: &Stage) -> Result<Told, Stopped> {
    let topic = stage.topic("linger", 1, 1, &[])?;
    // A rate at which brokers answer a request for each record: with more, what is seen at linger.ms=0 is their queue.
    let shared = [
        ("rate", "1000"),
        ("record.size", "200"),
        ("enable.idempotence", "off"),
    ];
    let found = Duel {
        shared: &shared,
        a: &[("linger.ms", "0")],
        b: &[("linger.ms", "20")],
        ..Duel::on(&topic, Metric::P50, Expect::ABetter)
    }
    .fight(stage)?;
    let long = [("linger.ms", "2000"), ("batch.num.messages", "20")];
    let full = beside(
        stage,
        &topic,
        "linger.ms=2000, batches of 20",
        &with(&shared, &long),
    )?;
    let time = full.result.response_ms.p50.map_or(f64::MAX, |time| time.0);
    let (few, many) = (found.batch_records.0, found.batch_records.1);
    Ok(Told {
        checks: vec![
            told("linger.ms=20 costs latency", &found),
            Check::new(
                format!("{few:.1} records a batch at linger.ms=0, {many:.1} at 20"),
                many > few * 2.0,
            ),
            Check::new(
                format!("p50 {time:.1} ms where batches of 20 fill in 20 ms and linger.ms is 2000"),
                time < 1_000.0,
            ),
        ],
        further: vec![p50("linger.ms=2000, batches of 20", &full)],
        control: found.a,
        treatment: found.b,
        lesson: "linger.ms is the most that a record waits for company; a batch that is full does not wait".into(),
    })
}

fn compression(stage: &Stage) -> Result<Told, Stopped> {
    let topic = stage.topic("codec", 3, 1, &[])?;
    let shared = [
        ("rate", "10000"),
        ("record.size", "1024"),
        ("payload", "text"),
        ("linger.ms", "10"),
        ("enable.idempotence", "off"),
    ];
    let found = Duel {
        shared: &shared,
        a: &[("compression.type", "none")],
        b: &[("compression.type", "gzip")],
        // The machine is looked at once a second.
        block: PATIENT,
        ..Duel::on(&topic, Metric::P50, Expect::Anything)
    }
    .fight(stage)?;
    let cpu = found.cpu()?;
    let mut further = Vec::new();
    let mut smaller = found.compression;
    for codec in ["lz4", "snappy", "zstd"] {
        let settings = with(&shared, &[("compression.type", codec)]);
        let snapshot = beside(stage, &topic, codec, &settings)?;
        let ratio = snapshot.result.compression_ratio;
        smaller = smaller.min(ratio.unwrap_or(1.0));
        further.push(p50(codec, &snapshot).with_some("compression ratio", ratio));
    }
    Ok(Told {
        checks: vec![
            Check::new(
                format!("each codec makes text smaller, at least {smaller:.2}:1"),
                smaller > 1.2,
            ),
            Check::new(cpu.sentence, cpu.holds),
        ],
        further,
        treatment: found.b.with("compression ratio", found.compression),
        control: found.a.note(format!("latency beside it: {}", found.sentence)),
        lesson: "fewer bytes on the network and the disk, for CPU on the producer: the cheap codecs cost little of it".into(),
    })
}

fn batch_size(stage: &Stage) -> Result<Told, Stopped> {
    let topic = stage.topic("batch", 3, 1, &[])?;
    let usual = [("batch.size", "131072")];
    let shared = [
        ("record.size", "200"),
        ("linger.ms", "5"),
        ("enable.idempotence", "off"),
    ];
    let at = |rate| with(&shared, &[("rate", rate)]);
    let (calm, full_speed) = (at("3000"), at("max"));
    let delay = Duel {
        shared: &calm,
        a: &usual,
        b: &[("batch.size", "1000000")],
        margin: 10.0,
        ..Duel::on(&topic, Metric::P50, Expect::Same)
    }
    .fight(stage)?;
    let speed = Duel {
        shared: &full_speed,
        a: &usual,
        b: &[("batch.size", "1024")],
        ..Duel::on(&topic, Metric::Throughput, Expect::ABetter)
    }
    .fight(stage)?;
    Ok(Told {
        checks: vec![
            told("1 MB adds no delay to 128 KiB", &delay),
            told("1 KiB costs throughput", &speed),
        ],
        control: delay.a,
        treatment: delay.b,
        further: vec![speed.a, speed.b],
        lesson:
            "batch.size is a limit, not a wait: linger.ms and the load decide how full a batch is"
                .into(),
    })
}

fn in_flight(stage: &Stage) -> Result<Told, Stopped> {
    let topic = stage.topic("flight", 3, 1, &[])?;
    let tap = stage.wire(&[], Millis(5.0))?;
    let shared = [
        ("rate", "max"),
        ("record.size", "200"),
        ("batch.size", "32768"),
        ("acks", "1"),
        ("enable.idempotence", "off"),
    ];
    let two = [("max.in.flight", "2")];
    let duel = |b, expect| Duel {
        shared: &shared,
        a: &two,
        b,
        margin: 10.0,
        wire: Some(&tap),
        ..Duel::on(&topic, Metric::Throughput, expect)
    };
    let one = duel(&[("max.in.flight", "1")], Expect::ABetter).fight(stage)?;
    let five = duel(&[("max.in.flight", "5")], Expect::Same).fight(stage)?;
    Ok(Told {
        checks: vec![
            told("2 in flight carry more than 1", &one),
            told("5 in flight carry as much as 2", &five),
        ],
        control: five.a,
        treatment: five.b,
        further: vec![one.b],
        lesson: "what is needed is round trip × rate ÷ batch size: two are enough where a batch holds what comes in a round trip".into(),
    })
}
