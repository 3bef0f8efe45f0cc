//! The handle of a running lab.

use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::sync::{mpsc, watch};

use crate::cluster::{ClusterFacts, ClusterKind, Connection, Embedded, TopicFacts};
use crate::drill;
use crate::lab::auditing;
use crate::lab::desk::Desk;
use crate::lab::engine::{Ends, Engine};
use crate::lab::log_count::LogCount;
use crate::lab::{Command, LabConfig, LabError, Reading, Target};
use crate::load::clock::Clock;
use crate::snapshot::Snapshot;

const COMMANDS: usize = 64;
const FIRST_COUNT: Duration = Duration::from_secs(5);

/// A running lab: commands go down one channel, readings come up the other.
pub struct Lab {
    /// Takes commands; when the last sender of it is dropped the lab stops.
    pub commands: mpsc::Sender<Command>,
    /// The newest reading, ten a second.
    pub readings: watch::Receiver<Arc<Reading>>,
    thread: JoinHandle<Vec<Snapshot>>,
}

impl Lab {
    /// Starts the engine on its own thread; the load begins as soon as the first producer is open.
    pub fn start(config: LabConfig) -> Result<Self, LabError> {
        let clock = Clock::start();
        let (embedded, connection, facts) = place(&config)?;
        let starts = config
            .audit
            .then(|| auditing::starts(&connection, &config.topic))
            .transpose()?;
        let mut log_count = LogCount::start(connection, config.topic.clone())?;
        log_count.begin(FIRST_COUNT);
        let (inbox, words) = mpsc::unbounded_channel();
        let (commands, obeyed) = mpsc::channel(COMMANDS);
        let mut engine = Engine::new(
            config,
            clock,
            embedded,
            Some(log_count),
            inbox,
            Desk::new(facts),
        );
        if let Some(starts) = starts {
            engine.audit_from(starts);
        }
        let (publish, readings) = watch::channel(Arc::new(engine.reading()));
        let ends = Ends {
            commands: obeyed,
            readings: publish,
            words,
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()?;
        let thread = thread::Builder::new().name("lab".into()).spawn(move || {
            drill::point("lab");
            runtime.block_on(engine.run(ends))
        })?;
        Ok(Self {
            commands,
            readings,
            thread,
        })
    }

    /// Ends the load, waits until all is drained, and gives every trial as a snapshot, oldest first. Blocks.
    #[must_use]
    pub fn finish(self) -> Vec<Snapshot> {
        let _ = self.commands.try_send(Command::Stop);
        drop(self.commands);
        self.thread.join().unwrap_or_default()
    }
}

fn place(config: &LabConfig) -> Result<(Option<Embedded>, Connection, ClusterFacts), LabError> {
    match &config.target {
        Target::Real { connection, facts } => Ok((None, (**connection).clone(), (**facts).clone())),
        Target::Embedded {
            brokers,
            partitions,
        } => {
            let count = i32::try_from(*partitions).unwrap_or(i32::MAX);
            let embedded = Embedded::start(*brokers, &config.topic, count)
                .map_err(|error| LabError::Embedded(error.to_string()))?;
            let facts = ClusterFacts {
                kind: ClusterKind::Embedded,
                brokers: embedded.brokers().to_vec(),
                security: "PLAINTEXT".into(),
                ours: true,
                topic: TopicFacts {
                    name: config.topic.clone(),
                    partitions: *partitions,
                    replication_factor: Some(1),
                    ours: true,
                    ..TopicFacts::default()
                },
                ..ClusterFacts::default()
            };
            let connection = embedded.connection();
            Ok((Some(embedded), connection, facts))
        }
    }
}
