//! Delivery semantics of the producer: at most once, at least once, and once.

use super::arms::{counted, through_the_wire};
use super::load::Run;
use super::row::{Arm, Check, Needs, Rule, Scenario, Stopped, Told};
use super::stage::Stage;
use super::tap::Tap;
use crate::cluster::producers::{self, ProducerState};
use crate::lab::StopAfter;
use crate::settings::Millis;
use crate::wire::Batch;

/// The scenarios of this family.
pub const ROWS: &[Scenario] = &[
    Scenario {
        id: "C1",
        claim: "acks=0 does not notice loss, and never repeats what was lost: at most once",
        needs: Needs::Real,
        control: "acks=1 while the connection is cut with data on the way",
        treatment: "acks=0 while the connection is cut with data on the way",
        counted: "lost: records that were reported as delivered and are not in the log",
        rule: Rule::Counts,
        differs: "librdkafka does repeat what had not been written to the socket when the connection broke",
        run: at_most_once,
    },
    Scenario {
        id: "C3",
        claim: "a lost acknowledgement makes the retry a duplicate: at least once",
        needs: Needs::Real,
        control: "the same acknowledgements lost, with idempotence",
        treatment: "three acknowledgements lost on their way back, without idempotence",
        counted: "duplicated: copies of a record beyond the first one in the log",
        rule: Rule::Counts,
        differs: "",
        run: at_least_once,
    },
    Scenario {
        id: "C4",
        claim: "with idempotence the broker knows a repeat by producer id and sequence, and does not store it again",
        needs: Needs::Real,
        control: "three acknowledgements lost, with idempotence",
        treatment: "the same acknowledgements lost, without idempotence",
        counted: "duplicated: copies of a record beyond the first one in the log",
        rule: Rule::Counts,
        differs: "",
        run: idempotence,
    },
];

/// Records of an arm: two to three seconds.
const RECORDS: StopAfter = StopAfter::Records(20_000);
/// A round trip that keeps bytes on the way.
const ON_THE_WAY: Millis = Millis(20.0);

fn at_most_once(stage: &Stage) -> Result<Told, Stopped> {
    let arm = |acks: &str, word: &str| {
        let topic = stage.topic(word, 1, 1, &[])?;
        let tap = stage.wire(&["cut@every:60:3"], ON_THE_WAY)?;
        let name = format!("acks={acks}");
        let produced = stage.produce(&Run {
            arm: &name,
            settings: &through_the_wire(&[("acks", acks)]),
            wire: Some(&tap),
            stop_after: Some(RECORDS),
            ..Run::to(&topic)
        })?;
        let lost = produced.findings.lost;
        Ok(counted(&name, &produced, &tap).anomaly(lost))
    };
    let (control, treatment) = (arm("1", "control")?, arm("0", "treatment")?);
    Ok(Told {
        control,
        treatment,
        lesson: "with acks=0 a record counts as delivered once it is in the socket: what is lost from there on nobody learns of".into(),
        ..Told::default()
    })
}

/// The acknowledgements that are lost, by Produce request.
const LOST: &str = "lose-acknowledgement@every:20:3";

/// An arm that loses acknowledgements, with the wire that saw it and its topic.
fn lossy(stage: &Stage, idempotence: bool) -> Result<(Arm, Tap, String), Stopped> {
    let (word, name) = if idempotence {
        ("idempotent", "acks=all, with idempotence")
    } else {
        ("plain", "acks=all, without idempotence")
    };
    let topic = stage.topic(word, 1, 1, &[])?;
    let tap = stage.wire(&[LOST], Millis(0.0))?;
    let switch = if idempotence { "on" } else { "off" };
    let more = [
        ("acks", "all"),
        ("enable.idempotence", switch),
        ("max.in.flight", "5"),
    ];
    let produced = stage.produce(&Run {
        arm: name,
        settings: &through_the_wire(&more),
        wire: Some(&tap),
        stop_after: Some(RECORDS),
        ..Run::to(&topic)
    })?;
    let duplicated = produced.findings.duplicated;
    let arm = counted(name, &produced, &tap).anomaly(duplicated);
    Ok((arm, tap, topic))
}

fn at_least_once(stage: &Stage) -> Result<Told, Stopped> {
    let (control, ..) = lossy(stage, true)?;
    let (treatment, ..) = lossy(stage, false)?;
    Ok(Told {
        control,
        treatment,
        lesson: "the client cannot know whether an unanswered batch was stored; it sends it again, and so it may be there twice".into(),
        ..Told::default()
    })
}

fn idempotence(stage: &Stage) -> Result<Told, Stopped> {
    let (control, tap, topic) = lossy(stage, true)?;
    let state = producers::describe(&stage.connection(), &topic, 0);
    let (treatment, ..) = lossy(stage, false)?;
    let seen = tap.seen().into_iter();
    let batches: Vec<Batch> = seen.flat_map(|one| one.batches).collect();
    let mut checks = vec![repeats(&batches)];
    let control = match state {
        Ok(producers) => {
            checks.push(remembered(&batches, &producers));
            control
        }
        Err(reason) => control.note(format!("the broker's own view was not asked: {reason}")),
    };
    Ok(Told {
        control,
        treatment,
        checks,
        lesson: "the repeat carries the same producer id, epoch and sequence, so the broker answers it as already stored".into(),
        ..Told::default()
    })
}

/// What a batch is known by.
fn name(batch: &Batch) -> (i64, i16, i32) {
    (batch.producer_id, batch.producer_epoch, batch.base_sequence)
}

/// Whether the batches whose acknowledgement was lost passed again under the same name, and were told the place of the first copy. Of
/// a batch that was cut off on its way nobody knows whether the first copy has a place.
fn repeats(batches: &[Batch]) -> Check {
    let again: Vec<&Batch> = batches.iter().filter(|batch| batch.attempt > 1).collect();
    let first = |repeat: &Batch| {
        let mut firsts = batches.iter().filter(|batch| batch.attempt == 1);
        firsts.find(|batch| name(batch) == name(repeat))
    };
    let named = again.iter().filter(|repeat| repeat.producer_id >= 0);
    let named = named.filter(|repeat| first(repeat).is_some()).count();
    let places = |repeat: &&Batch| first(repeat)?.base_offset.zip(repeat.base_offset);
    let told: Vec<(i64, i64)> = again.iter().filter_map(places).collect();
    let same = told.iter().filter(|(first, again)| first == again).count();
    let example = again.first().map_or_else(String::new, |batch| {
        format!(
            " (producer id {}, epoch {}, base sequence {}: {})",
            batch.producer_id,
            batch.producer_epoch,
            batch.base_sequence,
            batch.answer.as_deref().unwrap_or("no answer")
        )
    });
    Check::new(
        format!(
            "{named} of {} batches that passed again carried the first one's producer id, epoch and sequence, and {same} of {} were told its offset{example}",
            again.len(),
            told.len()
        ),
        named == again.len() && !told.is_empty() && same == told.len(),
    )
}

/// Whether the broker remembers the last sequence that the wire saw.
fn remembered(batches: &[Batch], producers: &[ProducerState]) -> Check {
    let numbered = batches.iter().filter(|batch| batch.producer_id >= 0);
    let last = numbered.map(|batch| {
        let records = i32::try_from(batch.records).unwrap_or(i32::MAX);
        let (id, epoch, base) = name(batch);
        (id, epoch, base.saturating_add(records) - 1)
    });
    let last = last.max();
    let known = |id: i64| producers.iter().find(|state| state.producer_id == id);
    let state = last.and_then(|(id, ..)| known(id));
    let (Some((id, _, sequence)), Some(state)) = (last, state) else {
        let told = producers.len();
        return Check::new(
            format!("the broker names the producer that the wire saw among {told} producers"),
            false,
        );
    };
    Check::new(
        format!(
            "the broker remembers producer id {id}, epoch {}, last sequence {}; the wire saw {sequence}",
            state.producer_epoch, state.last_sequence
        ),
        state.last_sequence == sequence,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(base_sequence: i32, attempt: u32, base_offset: Option<i64>) -> Batch {
        Batch {
            topic: "linger-x".into(),
            partition: 0,
            bytes: 100,
            records: 10,
            codec: "none",
            producer_id: 7,
            producer_epoch: 0,
            base_sequence,
            attempt,
            answer: None,
            base_offset,
        }
    }

    #[test]
    fn a_repeat_is_told_the_place_of_its_first_copy_where_that_has_one() {
        let first = [batch(0, 1, Some(0)), batch(10, 1, None)];
        let with = |more: [Batch; 2]| repeats(&[first.clone(), more].concat());
        let well = with([batch(0, 2, Some(0)), batch(10, 2, Some(10))]);
        assert!(well.holds, "{}", well.says);
        assert!(well.says.starts_with("2 of 2") && well.says.contains("1 of 1"));
        // Stored again, without a first copy, or nothing repeated at all.
        assert!(!with([batch(0, 2, Some(20)), batch(10, 2, Some(10))]).holds);
        assert!(!with([batch(0, 2, Some(0)), batch(50, 2, Some(50))]).holds);
        assert!(!repeats(&first).holds);
    }

    #[test]
    fn the_broker_remembers_the_last_record_of_the_last_batch() {
        let state = |last_sequence| ProducerState {
            producer_id: 7,
            producer_epoch: 0,
            last_sequence,
            coordinator_epoch: -1,
            transaction_start: -1,
        };
        let seen = [batch(10, 1, None), batch(0, 2, None)];
        assert!(remembered(&seen, &[state(19)]).holds);
        assert!(!remembered(&seen, &[state(9)]).holds);
        assert!(!remembered(&seen, &[]).holds);
    }
}
