//! The claims that every check puts to the test, by the real binary on a real Kafka.

use std::sync::Mutex;
use std::time::Instant;

use linger::cluster::local::LocalKafka;
use serde_json::Value;

use crate::cli::{home, linger};
use crate::kafka;

/// Judges these claims on running brokers, which must come out as reproduced; what is told of them.
pub fn reproduced(kafka: &LocalKafka, ids: &[&str]) -> Value {
    let home = home();
    let words = ["scenario", "run", "--json", "-b", kafka.direct()];
    let words = [words.as_slice(), ids].concat();
    let begin = Instant::now();
    let output = linger(home.path()).args(words).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let told: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {said}"));
    for id in ids {
        let one = &told["scenarios"][*id];
        assert_eq!(one["verdict"], "reproduced", "{id}: {one}");
    }
    assert_eq!(output.status.code(), Some(0), "{said}");
    tell(ids, begin);
    told
}

/// Adds them to the summary of the whole run.
fn tell(ids: &[&str], begin: Instant) {
    static DONE: Mutex<(Vec<String>, f64)> = Mutex::new((Vec::new(), 0.0));
    let mut done = DONE.lock().unwrap();
    done.0.extend(ids.iter().map(|id| (*id).to_owned()));
    done.0.sort();
    done.1 += begin.elapsed().as_secs_f64();
    let text = format!(
        "claims reproduced: {} in {:.0} s\n",
        done.0.join(" "),
        done.1
    );
    kafka::summarize("claims", &text);
}

#[test]
fn the_claims_that_strike_at_once_are_reproduced() {
    let Some(kafka) = kafka::one() else { return };
    let told = reproduced(kafka, &["B14", "C1", "C7", "C8", "D3"]);
    let one = &told["scenarios"]["C1"];
    assert_eq!(one["control"]["counts"]["lost"], 0, "{one}");
    assert!(
        one["treatment"]["counts"]["lost"].as_u64() > Some(0),
        "{one}"
    );
}
