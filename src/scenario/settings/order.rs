//! B13: what a retry does to the order.

use crate::lab::StopAfter;
use crate::scenario::arms::{counted, through_the_wire};
use crate::scenario::load::Run;
use crate::scenario::row::{Arm, Stopped, Told};
use crate::scenario::stage::Stage;
use crate::settings::Millis;

/// One batch, once, before the broker has it; the client may send it again at once.
const FAULT: &str = "fail-before-append=NOT_ENOUGH_REPLICAS@100";
/// Several requests are under way at this round trip.
const ROUND_TRIP: Millis = Millis(20.0);

fn arm(stage: &Stage, word: &str, idempotence: &str, in_flight: &str) -> Result<Arm, Stopped> {
    let with = if idempotence == "on" {
        "with"
    } else {
        "without"
    };
    let name = format!("{in_flight} in flight, {with} idempotence");
    let topic = stage.topic(word, 1, 1, &[])?;
    let tap = stage.wire(&[FAULT], ROUND_TRIP)?;
    let own = [
        ("acks", "all"),
        ("enable.idempotence", idempotence),
        ("max.in.flight", in_flight),
    ];
    let produced = stage.produce(&Run {
        arm: &name,
        settings: &through_the_wire(&own),
        wire: Some(&tap),
        stop_after: Some(StopAfter::Records(24_000)),
        ..Run::to(&topic)
    })?;
    let reordered = produced.findings.reordered;
    Ok(counted(&name, &produced, &tap).anomaly(reordered))
}

pub fn inverted(stage: &Stage) -> Result<Told, Stopped> {
    let control = arm(stage, "idempotent", "on", "5")?;
    let treatment = arm(stage, "plain", "off", "5")?;
    let alone = arm(stage, "alone", "off", "1")?;
    let lesson = if alone.anomaly > 0 {
        "one request in flight does not keep librdkafka's order by itself; idempotence does"
    } else {
        "idempotence keeps the order and the speed; one in flight keeps it too while the load is light, and pays with a round trip a batch"
    };
    Ok(Told {
        control,
        treatment,
        further: vec![alone],
        checks: Vec::new(),
        lesson: lesson.into(),
    })
}
