//! C9: records are read, transformed and written by a process that is killed in the middle of batches, over and over.

use rand::seq::IndexedRandom as _;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::message::Message;
use rdkafka::producer::{BaseProducer, Producer};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList, TopicPartitionListElem};

use super::clients::{self, Level, PATIENCE};
use crate::scenario::child::Cue;
use crate::scenario::row::{Arm, Stopped, Told};
use crate::scenario::stage::Stage;

/// Records to transform.
const INPUTS: u64 = 400;
/// Records that are read, transformed and written together.
const BATCH: usize = 50;
/// Where a process is killed: half of the batch is written, all of it is, or its offsets are in the transaction too (which is all there
/// is to come before the commit).
const POINTS: [&str; 3] = ["half", "all", "offsets"];
/// How often each arm is killed.
const KILLS: usize = 4;

pub fn run(stage: &Stage) -> Result<Told, Stopped> {
    // Both arms are killed at the same points.
    let mut random = rand::rng();
    let points: Vec<&str> = (0..KILLS)
        .map(|_| *POINTS.choose(&mut random).unwrap_or(&POINTS[0]))
        .collect();
    let control = arm(stage, true, &points)?;
    let treatment = arm(stage, false, &points)?;
    Ok(Told {
        control,
        treatment,
        lesson: "offsets that are committed after the records leave a moment in which a crash makes the next process do the batch again; \
in one transaction both happen, or neither"
            .into(),
        ..Told::default()
    })
}

fn arm(stage: &Stage, transactional: bool, points: &[&str]) -> Result<Arm, Stopped> {
    let (word, title) = if transactional {
        ("one", "offsets in the transaction")
    } else {
        ("two", "offsets after the records")
    };
    stage.say(title);
    let input = stage.topic(&format!("{word}-in"), 1, 1, &[])?;
    let output = stage.topic(&format!("{word}-out"), 1, 1, &[])?;
    let config = clients::config(&stage.connection())?;
    let producer = clients::producer(&config, None).map_err(Stopped::Broken)?;
    let inputs = (0..INPUTS).map(|number| number.to_string());
    clients::write(&producer, &input, 0, inputs).map_err(Stopped::Broken)?;
    let group = clients::name("c9-group");
    let name = if transactional {
        clients::name("c9")
    } else {
        String::new()
    };
    let child = |point: &str| {
        let args = [input.as_str(), &output, &group, &name, point];
        stage.child(&stage.connection(), "transform", &args)
    };
    let mut killed = 0;
    for point in points {
        let mut process = child(point)?;
        process.until("at", PATIENCE)?;
        process.kill();
        killed += 1;
    }
    child("")?.until("done", PATIENCE)?;
    clients::await_stable(&config, &output, 1).map_err(Stopped::Broken)?;
    let found = clients::read(&config, &output, Level::Committed).map_err(Stopped::Broken)?;
    let tally = clients::tally(&found);
    let repeated: u64 = tally.values().map(|count| count - 1).sum();
    let missing = (0..INPUTS)
        .filter(|number| !tally.contains_key(&transformed(&number.to_string())))
        .count() as u64;
    Ok(Arm::new(title)
        .with("inputs", INPUTS)
        .with("outputs", tally.values().sum::<u64>())
        .with("repeated", repeated)
        .with("missing", missing)
        .anomaly(repeated + missing)
        .faults(killed)
        .note(format!("killed at: {}", points.join(", "))))
}

fn transformed(input: &str) -> String {
    format!("<{input}>")
}

/// The child: input, output, group, transactional.id (empty: none), and where in its second batch it waits to be killed (empty:
/// nowhere). It goes on where the group's offset says.
pub fn child(cue: &Cue) -> Result<(), String> {
    let (input, output, group) = (cue.arg(0)?, cue.arg(1)?, cue.arg(2)?);
    let name = Some(cue.arg(3)?).filter(|name| !name.is_empty());
    // First of all: it ends what a killed one has left open, offsets included.
    let producer = clients::producer(&cue.config, name)?;
    let consumer = consumer(cue, input, group)?;
    let process = Process {
        cue,
        producer,
        consumer,
        input,
        output,
        transactional: name.is_some(),
    };
    for number in 0.. {
        let point = if number == 1 { cue.arg(4)? } else { "" };
        if !process.batch(point)? {
            break;
        }
    }
    cue.say("done");
    Ok(())
}

fn consumer(cue: &Cue, input: &str, group: &str) -> Result<BaseConsumer, String> {
    let mut config = cue.config.clone();
    config.set("group.id", group);
    config.set("enable.auto.commit", "false");
    config.set("enable.partition.eof", "true");
    config.set("enable.metrics.push", "false");
    config.set("isolation.level", Level::Committed.name());
    let consumer: BaseConsumer = config.create().map_err(clients::text)?;
    let mut asked = TopicPartitionList::new();
    asked.add_partition(input, 0);
    let noted = clients::of_coordinator(|| consumer.committed_offsets(asked.clone(), PATIENCE))?;
    let elements = noted.elements();
    let from = match elements.first().map(TopicPartitionListElem::offset) {
        Some(Offset::Offset(offset)) => Offset::Offset(offset),
        _ => Offset::Beginning,
    };
    consumer
        .assign(&position(input, from)?)
        .map_err(clients::text)?;
    Ok(consumer)
}

fn position(input: &str, offset: Offset) -> Result<TopicPartitionList, String> {
    let mut list = TopicPartitionList::new();
    list.add_partition_offset(input, 0, offset)
        .map_err(clients::text)?;
    Ok(list)
}

struct Process<'a> {
    cue: &'a Cue,
    producer: BaseProducer,
    consumer: BaseConsumer,
    input: &'a str,
    output: &'a str,
    transactional: bool,
}

impl Process<'_> {
    /// Reads, transforms and writes one batch; false where there is nothing left.
    fn batch(&self, point: &str) -> Result<bool, String> {
        let (inputs, next) = self.poll()?;
        let Some(next) = next else { return Ok(false) };
        if self.transactional {
            self.producer.begin_transaction().map_err(clients::text)?;
        }
        let half = inputs.len() / 2;
        let write = |some: &[String]| {
            let outputs = some.iter().map(|input| transformed(input));
            clients::write(&self.producer, self.output, 0, outputs)
        };
        write(&inputs[..half])?;
        self.pass("half", point);
        write(&inputs[half..])?;
        self.pass("all", point);
        let offsets = position(self.input, Offset::Offset(next))?;
        if self.transactional {
            let group = self.consumer.group_metadata();
            let group = group.ok_or("the consumer has no group")?;
            self.producer
                .send_offsets_to_transaction(&offsets, &group, PATIENCE)
                .map_err(clients::text)?;
            self.pass("offsets", point);
            self.producer
                .commit_transaction(PATIENCE)
                .map_err(clients::text)?;
        } else {
            self.pass("offsets", point);
            clients::of_coordinator(|| self.consumer.commit(&offsets, CommitMode::Sync))?;
        }
        Ok(true)
    }

    /// Up to a batch of records, and the offset behind them.
    fn poll(&self) -> Result<(Vec<String>, Option<i64>), String> {
        let (mut inputs, mut next) = (Vec::new(), None);
        while inputs.len() < BATCH {
            match self.consumer.poll(PATIENCE) {
                Some(Ok(message)) => {
                    let payload = message.payload().unwrap_or_default();
                    inputs.push(String::from_utf8_lossy(payload).into_owned());
                    next = Some(message.offset() + 1);
                }
                Some(Err(KafkaError::PartitionEOF(_))) => break,
                Some(Err(error)) => return Err(error.to_string()),
                None => return Err("nothing came".into()),
            }
        }
        Ok((inputs, next))
    }

    /// Waits to be killed, if this is the point.
    fn pass(&self, here: &str, point: &str) {
        if here == point {
            self.cue.say(&format!("at {here}"));
            // Nobody says anything any more.
            let _ = self.cue.next();
        }
    }
}
