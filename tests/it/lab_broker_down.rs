//! A broker that is killed and started again under load: the lab survives, errors come by code, the accounts stay exact.

use std::sync::Arc;
use std::time::{Duration, Instant};

use linger::cluster::local::{BrokerCommand, LocalOptions};
use linger::lab::{Command, LabConfig, Reading};
use linger::measure::{Persisted, Phase};

use crate::kafka;
use crate::lab_handle::{Watched, config, real, settings};

/// Longer than the script itself waits for a broker that starts.
const START: Duration = Duration::from_secs(150);

/// How often a broker is killed: a few times, or as `LINGER_KILLS` says.
fn kills() -> u16 {
    let asked = std::env::var("LINGER_KILLS").ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(2)
}

#[test]
fn of_three_brokers_one_dies_again_and_again_and_no_record_is_lost() {
    let Some(kafka) = kafka::own(3, &LocalOptions::default()) else {
        return;
    };
    let kafka = Arc::new(kafka);
    let topic = kafka::topic(&kafka, 6, 3);
    let settings = settings(&[
        ("rate", "1000"),
        ("record.size", "100"),
        ("acks", "all"),
        ("enable.idempotence", "on"),
        ("max.in.flight", "5"),
        ("batch.size", "128KiB"),
        ("linger.ms", "5"),
    ]);
    let mut lab = Watched::start(LabConfig {
        local: Some(Arc::clone(&kafka)),
        ..config(real(&kafka, &topic), &topic, settings)
    });
    lab.until("the first records", |reading| {
        reading.accounts.delivered > 500
    });
    for kill in 0..kills() {
        let broker = i32::from(kill % 3 + 1);
        let is_up = |reading: &Reading| {
            let brokers = reading.cluster.brokers.iter();
            brokers.filter(|it| it.up).any(|it| it.id == broker)
        };
        lab.command(Command::ToggleBroker(broker));
        lab.until("a broker to be down", |reading| !is_up(reading));
        lab.run(Duration::from_millis(1_500));
        lab.command(Command::ToggleBroker(broker));
        // A broker's own start may take longer than anything in the lab.
        let limit = Instant::now() + START;
        while !is_up(&lab.next()) {
            assert!(Instant::now() < limit, "broker {broker} does not come up");
        }
        let before = lab.next().accounts;
        lab.until("the load to go on", |reading| {
            reading.accounts.delivered > before.attempted + 500
        });
    }
    let (last, _) = lab.stop();
    assert_eq!(last.accounts.failed, 0, "{:?}", last.trials[0].errors);
    assert_eq!(
        kafka::assert_log_grew(&kafka, &topic, 0),
        last.accounts.delivered
    );
    assert!(
        last.events
            .iter()
            .any(|it| it.text.ends_with("is up again"))
            && !last.logs.is_empty(),
        "nothing was told of a lost broker"
    );
}

#[test]
fn the_only_broker_dies_and_what_cannot_wait_fails_by_code() {
    let Some(kafka) = kafka::own(1, &LocalOptions::default()) else {
        return;
    };
    let topic = kafka::topic(&kafka, 3, 1);
    let settings = settings(&[
        ("rate", "500"),
        ("record.size", "100"),
        ("acks", "all"),
        ("delivery.timeout.ms", "1500"),
        ("linger.ms", "5"),
    ]);
    let mut lab = Watched::start(config(real(&kafka, &topic), &topic, settings));
    lab.until("the first records", |reading| {
        reading.accounts.delivered > 250
    });
    for _ in 0..kills() {
        let failed = lab.next().accounts.failed;
        kafka.control(BrokerCommand::Kill, 1).unwrap();
        lab.until("failures", |reading| reading.accounts.failed > failed + 100);
        kafka.control(BrokerCommand::Start, 1).unwrap();
        let before = lab.next().accounts;
        lab.until("the load to go on", |reading| {
            reading.accounts.delivered > before.delivered + 500
        });
    }
    let (last, _) = lab.stop();
    let errors = &last.trials[0].errors;
    assert!(
        errors.iter().all(|error| error.phase == Phase::Delivery),
        "{errors:?}"
    );
    assert!(
        errors.iter().any(|error| error.code == "_MSG_TIMED_OUT"),
        "{errors:?}"
    );
    assert_eq!(
        errors.iter().map(|error| error.count).sum::<u64>(),
        last.accounts.failed
    );

    // Failed does not mean not written: at most what is possibly written may be in the log beyond what was delivered.
    let perhaps: u64 = errors
        .iter()
        .filter(|error| error.persisted == Persisted::Possibly)
        .map(|error| error.count)
        .sum();
    let grown = kafka::assert_log_grew(&kafka, &topic, 0);
    let delivered = last.accounts.delivered;
    assert!(
        (delivered..=delivered + perhaps).contains(&grown),
        "{grown} in the log, {delivered} delivered, {perhaps} perhaps"
    );
    let log = last.broker_log.as_ref().expect("the broker's count");
    assert_eq!(log.delta, grown);
    assert_eq!(log.agrees, grown == delivered, "{log:?}");
}
