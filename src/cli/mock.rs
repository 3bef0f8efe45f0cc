//! `linger mock`: the embedded cluster for any other client.

use crate::cluster::Embedded;

use super::output::{Failure, Outcome, note, print};
use super::signals::{Ending, end_of_input};

/// The topic that is there from the start.
const TOPIC: &str = "linger-mock";
const PARTITIONS: i32 = 6;

/// Prints `BROKERS=…` and lives until a signal or the end of standard input.
pub fn run(brokers: u16) -> Result<Outcome, Failure> {
    let runtime = super::run::runtime()?;
    runtime.block_on(async {
        let mut ending = Ending::listen().map_err(Failure::unmeasured)?;
        let cluster = Embedded::start(i32::from(brokers), TOPIC, PARTITIONS).map_err(Failure::unmeasured)?;
        print(&format!("BROKERS={}\n", cluster.bootstrap()))?;
        note(&format!(
            "simulated brokers with topic {TOPIC} ({PARTITIONS} partitions); Ctrl-C or end of input ends them"
        ));
        tokio::select! {
            _ = ending.next() => {}
            () = end_of_input() => {}
        }
        drop(cluster);
        Ok(Outcome::Fine)
    })
}
