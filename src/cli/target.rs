//! Where records go: the embedded cluster, a local Kafka that lives for this command, or a real one after a yes.

use std::io::{BufRead as _, IsTerminal as _};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::cluster::local::{LocalKafka, LocalOptions, WARM_BROKERS};
use crate::cluster::probe::Probe;
use crate::cluster::topics::{self, Shape};
use crate::cluster::{ClusterFacts, ClusterKind, ConditionedError, Connection, ProbeError};
use crate::lab::config::{Limits, Target};
use crate::load::{Rate, SPREADING};
use crate::settings::{Settings, Source, Surroundings, Value};

use crate::tui::terminal;
use crate::wire::{Wire, WireError};

use super::args::{ConnectArgs, LoadArgs};
use super::consent::{self, FIRST_RATE, Refusal, Wish};
use super::gather;
use super::output::{Failure, note};
use super::topic::topic_failure;

/// The topic when none is named.
pub const TOPIC: &str = "linger-bench";
const EMBEDDED_BROKERS: i32 = 3;
const PARTITIONS: u32 = 6;

/// A cluster that is ready for load, with the topic there.
pub struct Prepared {
    /// Where records go.
    pub target: Target,
    /// The topic.
    pub topic: String,
    /// What must not be passed.
    pub limits: Limits,
    /// The brokers of `--local-kafka`; they end when this is dropped.
    pub local: Option<Arc<LocalKafka>>,
    /// What stands in front of a real cluster, when a round trip is to be added.
    pub wire: Option<Arc<Wire>>,
}

/// Whether these arguments lead to a cluster that linger did not start.
#[must_use]
pub fn is_foreign(connect: &ConnectArgs, connection: &Connection) -> bool {
    connect.local_kafka.is_none() && connection.bootstrap().is_some()
}

/// What is known before anything is asked of a cluster; enough for the rules that refuse.
#[must_use]
pub fn foreseen(
    connect: &ConnectArgs,
    load: &LoadArgs,
    connection: &Connection,
    settings: &Settings,
) -> Surroundings {
    let embedded = connect.local_kafka.is_none() && connection.bootstrap().is_none();
    Surroundings {
        embedded,
        wire: !embedded && adds_round_trip(settings),
        replication: load.replication_factor,
        partitions: load.partitions,
        round_trip: None,
    }
}

/// Lowers the rate that nobody chose to the first rate of a real cluster.
pub fn first_rate(settings: &mut Settings, foreign: bool) {
    if foreign && *settings.source("rate") == Source::Default {
        settings.put("rate", Value::Number(FIRST_RATE), Source::Default);
    }
}

/// Makes the cluster ready; asks for every consent that is needed, or refuses before anything is sent.
pub fn prepare(
    connect: &ConnectArgs,
    load: &LoadArgs,
    settings: &Settings,
    connection: Connection,
    quiet: bool,
) -> Result<Prepared, Failure> {
    let topic = load.topic.clone().unwrap_or_else(|| TOPIC.into());
    topics::validate(&topic).map_err(topic_failure)?;
    if let Some(brokers) = connect.local_kafka {
        return local(brokers, load, settings, topic, quiet);
    }
    if connection.bootstrap().is_none() {
        return Ok(Prepared {
            target: Target::Embedded {
                brokers: EMBEDDED_BROKERS,
                partitions: load.partitions.unwrap_or(PARTITIONS),
            },
            topic,
            limits: Limits::default(),
            local: None,
            wire: None,
        });
    }
    let limits = agreed(settings, load, &topic, &connection)?;
    let connection = gather::with_password(connection)?;
    let facts = ready(&connection, load, &topic)?;
    gather::tell(&other_shape(load, &facts), quiet);
    let (target, wire) = real(connection, facts, settings)?;
    Ok(Prepared {
        target,
        topic,
        limits,
        local: None,
        wire,
    })
}

/// Whether a round trip is to be added to a real cluster: named by a flag, since a profile's is meant for the embedded one.
fn adds_round_trip(settings: &Settings) -> bool {
    *settings.source("rtt.ms") == Source::Flag
}

/// Real brokers as a target, behind the wire where a round trip is to be added.
pub fn real(
    mut connection: Connection,
    mut facts: ClusterFacts,
    settings: &Settings,
) -> Result<(Target, Option<Arc<Wire>>), Failure> {
    let mut wire = None;
    if adds_round_trip(settings) {
        let (through, started) = connection
            .behind_wire(Vec::new(), |_| {})
            .map_err(|error| conditioned("rtt.ms", error))?;
        connection = through;
        facts.wire = true;
        wire = Some(Arc::new(started));
    }
    let target = Target::Real {
        connection: Box::new(connection),
        facts: Box::new(facts),
    };
    Ok((target, wire))
}

/// Why something cannot be put between a client and this cluster.
#[must_use]
pub fn conditioned(what: &str, error: ConditionedError) -> Failure {
    match error {
        ConditionedError::Wire(WireError::Address(_)) => Failure::usage(error),
        ConditionedError::Wire(_) => Failure::unmeasured(error),
        _ => Failure::usage(format!("{what}: {error}")),
    }
}

/// Says that brokers are being warmed up.
pub fn tell_warming() {
    note(&format!(
        "warming up the brokers that were just started: {} s that do not count",
        WARM_BROKERS.as_secs()
    ));
}

/// Starts real brokers on this machine; they end when the handle is dropped.
pub fn start_local(brokers: u16, quiet: bool) -> Result<LocalKafka, Failure> {
    start_local_with(brokers, &LocalOptions::default(), quiet)
}

/// The same with options.
pub fn start_local_with(
    brokers: u16,
    options: &LocalOptions,
    quiet: bool,
) -> Result<LocalKafka, Failure> {
    let say = move |line: &str| {
        // What the script says of its own input is for the one who types there: linger does, not the person.
        let (line, _) = line.split_once("; end the input").unwrap_or((line, ""));
        let seen = !quiet && !terminal::is_active();
        if seen && !line.starts_with("the input has ended") {
            note(line);
        }
    };
    LocalKafka::start(brokers, options, say).map_err(Failure::unmeasured)
}

fn local(
    brokers: u16,
    load: &LoadArgs,
    settings: &Settings,
    topic: String,
    quiet: bool,
) -> Result<Prepared, Failure> {
    let kafka = start_local(brokers, quiet)?;
    let connection = Connection::plain(kafka.bootstrap());
    let mut facts = ready(&connection, load, &topic)?;
    facts.ours = true;
    let (target, wire) = real(connection, facts, settings)?;
    Ok(Prepared {
        target,
        topic,
        limits: Limits::default(),
        local: Some(Arc::new(kafka)),
        wire,
    })
}

/// The yes of flags, or of a person at the terminal.
fn agreed(
    settings: &Settings,
    load: &LoadArgs,
    topic: &str,
    connection: &Connection,
) -> Result<Limits, Failure> {
    let wish = Wish {
        topic,
        rate: Rate::from(settings).most(),
        explicit: consent::was_typed(settings),
        yes: load.yes,
    };
    let agreed = match consent::agree(&wish) {
        Err(refusal @ (Refusal::Topic(_) | Refusal::Unasked))
            if asked(&refusal, &wish, connection)? =>
        {
            consent::agree(&Wish { yes: true, ..wish })
        }
        other => other,
    };
    let agreed = agreed.map_err(Failure::usage)?;
    Ok(Limits {
        ceiling: agreed.ceiling,
        byte_budget: Some(agreed.budget),
    })
}

fn asked(refusal: &Refusal, wish: &Wish<'_>, connection: &Connection) -> Result<bool, Failure> {
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Ok(false);
    }
    let servers = connection.bootstrap().unwrap_or_default();
    let is_other = matches!(refusal, Refusal::Topic(_));
    let how = if is_other {
        "type the topic's name to agree"
    } else {
        "[y/N]"
    };
    note(&format!(
        "send up to {}/s to topic {} on {servers}? {how}",
        wish.rate, wish.topic
    ));
    let mut answer = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut answer)
        .map_err(Failure::usage)?;
    let answer = answer.trim();
    Ok(if is_other {
        answer == wish.topic
    } else {
        matches!(answer, "y" | "Y" | "yes")
    })
}

/// Reaches a cluster whose topics are there already.
pub fn reach(connect: &ConnectArgs) -> Result<(Probe, Connection), Failure> {
    if connect.local_kafka.is_some() {
        let sentence =
            "a local Kafka lives for one command and holds no topic yet; name a cluster with -b";
        return Err(Failure::usage(sentence));
    }
    let gathered = gather::gather(connect, &LoadArgs::default(), &[])?;
    let connection = gather::with_password(gathered.connection)?;
    let probe = Probe::open(&connection, ClusterKind::Real).map_err(|error| failure(&error))?;
    Ok((probe, connection))
}

/// Reaches the cluster, makes a topic of ours where it is missing, and asks what both are like.
pub fn ready(
    connection: &Connection,
    load: &LoadArgs,
    topic: &str,
) -> Result<ClusterFacts, Failure> {
    let probe = Probe::open(connection, ClusterKind::Real).map_err(|error| failure(&error))?;
    let mut there = probe.has_topic(topic).map_err(|error| failure(&error))?;
    if !there && topics::is_ours(topic) {
        topics::ensure(&probe, topic, shape(load)).map_err(topic_failure)?;
        there = true;
    }
    let limit = Instant::now() + SPREADING;
    let mut facts = probe.facts(topic).map_err(|error| failure(&error))?;
    // Another broker may answer now, which has not heard of a new topic yet.
    while there && facts.topic.partitions == 0 && Instant::now() < limit {
        std::thread::sleep(Duration::from_millis(100));
        facts = probe.facts(topic).map_err(|error| failure(&error))?;
    }
    if facts.topic.partitions == 0 {
        return Err(Failure::usage(format!(
            "topic {topic} does not exist; nothing was sent: create it, or leave out -t to let linger make one of its own"
        )));
    }
    Ok(facts)
}

/// What was asked of a topic that was there already, in another shape.
fn other_shape(load: &LoadArgs, facts: &ClusterFacts) -> Vec<String> {
    let topic = &facts.topic;
    let given = [
        (load.partitions, Some(topic.partitions), "--partitions"),
        (
            load.replication_factor,
            topic.replication_factor,
            "--replication-factor",
        ),
    ];
    let differs = |(wanted, there, flag): (Option<u32>, Option<u32>, &str)| match (wanted, there) {
        (Some(wanted), Some(there)) if wanted != there => Some(format!(
            "topic {} is there already with {there}: {flag} {wanted} has no effect; choose another with -t, or remove it first",
            topic.name
        )),
        _ => None,
    };
    given.into_iter().filter_map(differs).collect()
}

fn shape(load: &LoadArgs) -> Shape {
    let number = |given: u32| i32::try_from(given).unwrap_or(i32::MAX);
    Shape {
        partitions: number(load.partitions.unwrap_or(PARTITIONS)),
        replication: load.replication_factor.map(number),
    }
}

/// What is wrong with the properties is bad configuration; what the cluster does is not.
#[must_use]
pub fn failure(error: &ProbeError) -> Failure {
    match error {
        ProbeError::Connection(_) | ProbeError::Configuration(_) | ProbeError::NoTopic(_) => {
            Failure::usage(error)
        }
        _ => Failure::unmeasured(error),
    }
}
