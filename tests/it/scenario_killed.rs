//! A kill in the middle of a scenario: no process of its own goes on, no fault stays, and what stands on a cluster of others is removed
//! by the next start, which says so.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use linger::cluster::local::LocalKafka;
use linger::scenario::{Needs, find};
use rdkafka::admin::{AdminClient, AdminOptions, ResourceSpecifier};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rustix::process::{Pid, Signal, kill_process};

use crate::cli::{home, linger, run, stderr, stdout};
use crate::kafka::{self, PATIENCE, awaited, comes_about};
use crate::source::{code_only, sources};

/// What a scenario can do to anything outside its own memory, where it does it, and why a kill leaves nothing of it behind.
const DEEDS: [(&str, &[&str], &str); 14] = [
    (
        "Hands::of(",
        &["failover.rs", "stage.rs"],
        "hands are made from brokers of our own only, which end when the pipe closes that this process holds",
    ),
    (
        "BrokerCommand::",
        &["failover/loss.rs", "failover/recovery.rs"],
        "the same: it needs a LocalKafka",
    ),
    (
        "topics::create_with(",
        &["stage.rs"],
        "written down before it is made, and removed by the next start",
    ),
    (
        "topics::delete(",
        &["leavings.rs", "stage.rs"],
        "what is not removed yet is still written down",
    ),
    (
        "Command::new(",
        &["child.rs"],
        "a child ends when its standard input closes",
    ),
    (
        "Wire::",
        &["tap.rs"],
        "its faults and its round trip are in this process; a kill closes its sockets",
    ),
    (
        "kill_process(",
        &["consumers/worker.rs"],
        "a consumer that kills itself",
    ),
    (
        "TempDir::new(",
        &["consumers/scene.rs"],
        "a folder on this machine, for the sinks of consumers",
    ),
    // Nothing changes a configuration: topics get theirs when they are made.
    ("alter_configs", &[], ""),
    ("AlterConfigs", &[], ""),
    ("AdminClient", &[], ""),
    ("create_partitions", &[], ""),
    ("delete_records", &[], ""),
    ("kafka_protocol", &[], ""),
];

#[test]
fn scenarios_do_nothing_else_that_a_kill_could_leave_behind() {
    let sources: Vec<(String, String)> = sources()
        .into_iter()
        .filter_map(|it| {
            let path = it.path.strip_prefix("scenario/")?.to_owned();
            Some((path, code_only(&it.text)))
        })
        .collect();
    for (deed, places, why) in DEEDS {
        let found = sources.iter().filter(|(_, code)| code.contains(deed));
        let found: Vec<&str> = found.map(|(path, _)| path.as_str()).collect();
        assert_eq!(found, places, "{deed} {why}");
        assert_eq!(places.is_empty(), why.is_empty(), "{deed}");
    }
    for id in ["C2", "B3", "B6", "B7"] {
        let needs = find(id).unwrap().needs;
        assert!(matches!(needs, Needs::Local(_)), "{id} lays hands");
    }
}

/// A process by its number and the moment when it began, since numbers are given again.
type Process = (i32, u64);

/// What the system says of a process: its parent, its state, and when it began.
fn stat(pid: i32) -> Option<(i32, char, u64)> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let words: Vec<&str> = text[text.rfind(')')? + 1..].split_whitespace().collect();
    let state = words.first()?.chars().next()?;
    Some((
        words.get(1)?.parse().ok()?,
        state,
        words.get(19)?.parse().ok()?,
    ))
}

/// Every process that descends from this one.
fn descendants(root: u32) -> Vec<Process> {
    let mut children: BTreeMap<i32, Vec<Process>> = BTreeMap::new();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let pid = entry.file_name().to_str().and_then(|it| it.parse().ok());
        if let Some((pid, (parent, _, began))) = pid.and_then(|pid| Some((pid, stat(pid)?))) {
            children.entry(parent).or_default().push((pid, began));
        }
    }
    let mut found = Vec::new();
    let mut next = vec![i32::try_from(root).unwrap()];
    while let Some(parent) = next.pop() {
        for process in children.remove(&parent).into_iter().flatten() {
            next.push(process.0);
            found.push(process);
        }
    }
    found
}

/// The words that a process was started with.
fn words(process: Process) -> String {
    let text = std::fs::read(format!("/proc/{}/cmdline", process.0)).unwrap_or_default();
    String::from_utf8_lossy(&text).replace('\0', " ")
}

/// Whether it still does anything: one that is dead and not yet waited for does not.
fn lives(process: Process) -> bool {
    stat(process.0).is_some_and(|(_, state, began)| began == process.1 && state != 'Z')
}

/// A linger in the background, which no failing test leaves behind.
struct Begun(Child);

impl Begun {
    fn new(command: &mut Command) -> Self {
        let command = command.stdin(Stdio::null()).stdout(Stdio::null());
        Self(command.spawn().unwrap())
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.0), signal).unwrap();
    }

    /// Kills it, and waits until everything has ended that it had started.
    fn kill(mut self) -> Vec<Process> {
        let started = descendants(self.0.id());
        self.0.kill().unwrap();
        self.0.wait().unwrap();
        for process in &started {
            let said = words(*process);
            awaited(&format!("the end of {said}"), || !lives(*process));
        }
        started
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn brokers(root: u32) -> Vec<Process> {
    let mut all = descendants(root);
    all.retain(|process| words(*process).contains("kafka.Kafka"));
    all
}

/// Whether one of the brokers is frozen.
fn one_is_frozen(root: u32) -> bool {
    let state = |process: &Process| stat(process.0).map(|(_, state, _)| state);
    brokers(root).iter().any(|it| state(it) == Some('T'))
}

/// Jars are fetched once for all tests, not for each home.
fn cache() -> PathBuf {
    let given = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    given.unwrap_or_else(|| Path::new(&std::env::var_os("HOME").unwrap()).join(".cache"))
}

#[test]
fn no_broker_of_its_own_is_left_running_frozen_or_in_its_folder() {
    if !kafka::possible() {
        return;
    }
    let home = home();
    let folder = home.path().join("tmp");
    std::fs::create_dir(&folder).unwrap();
    let mut linger = linger(home.path());
    linger
        .env("XDG_CACHE_HOME", cache())
        .env("TMPDIR", &folder)
        .args(["scenario", "run", "C2", "--local-kafka", "--repeat", "9"])
        .stderr(Stdio::piped());
    let mut begun = Begun::new(&mut linger);
    let said = BufReader::new(begun.0.stderr.take().unwrap()).lines();
    let root = begun.0.id();
    // Stopped at the line that tells of the fault, it cannot mend it before it is killed. Should that come too late on a busy machine,
    // the next fault will do.
    let said = said.map_while(Result::ok);
    let mut faults = said.filter(|it| it.contains("pausing broker"));
    loop {
        faults.next().expect("a fault");
        begun.signal(Signal::STOP);
        if comes_about(Duration::from_secs(2), || one_is_frozen(root)) {
            break;
        }
        begun.signal(Signal::CONT);
    }
    assert!(std::fs::read_dir(&folder).unwrap().next().is_some());
    let ended = begun.kill();
    assert!(ended.len() >= 4, "the script and three brokers: {ended:?}");
    awaited("the end of the data", || {
        std::fs::read_dir(&folder).unwrap().next().is_none()
    });
}

/// The settings of every broker, and of one topic.
fn settings(kafka: &LocalKafka, topic: &str) -> BTreeSet<String> {
    let admin: AdminClient<DefaultClientContext> = kafka::plain_config(kafka).create().unwrap();
    let options = AdminOptions::new().request_timeout(Some(PATIENCE));
    let brokers = (1..=i32::from(kafka.brokers())).map(ResourceSpecifier::Broker);
    let wanted = brokers.chain([ResourceSpecifier::Topic(topic)]);
    let mut settings = BTreeSet::new();
    for resource in wanted {
        // Each broker tells of itself.
        let told = admin.describe_configs([&resource], &options);
        for entry in &futures::executor::block_on(told).unwrap()[0]
            .as_ref()
            .unwrap()
            .entries
        {
            let (name, value) = (&entry.name, &entry.value);
            settings.insert(format!("{resource:?} {name}={value:?}"));
        }
    }
    settings
}

/// The topics that a home's runs have written down.
fn written_down(home: &Path) -> BTreeSet<String> {
    let folder = home.join("data/linger/scenarios/leavings");
    let lists = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let texts = lists.filter_map(|it| std::fs::read_to_string(it.path()).ok());
    let names = |text: String| -> Vec<String> {
        let words = text.split('"').map(str::to_owned);
        words
            .filter(|it| it.starts_with("linger-scenario-"))
            .collect()
    };
    texts.flat_map(names).collect()
}

fn topics(home: &Path, kafka: &LocalKafka) -> String {
    stdout(&run(home, &["topic", "list", "-b", kafka.direct()]).success())
}

/// A short scenario on the cluster, and what it says on standard error.
fn next_start(home: &Path, kafka: &LocalKafka) -> String {
    let words = ["scenario", "run", "B14", "-b", kafka.direct(), "--json"];
    stderr(&run(home, &words))
}

#[test]
fn topics_of_a_killed_run_are_removed_by_the_next_start_and_those_of_a_running_one_are_not() {
    let Some(kafka) = kafka::three() else { return };
    let home = home();
    let bystander = kafka::topic(kafka, 1, 3);
    let before = settings(kafka, &bystander);
    let begin = |id: &str| {
        let mut linger = linger(home.path());
        let words = ["scenario", "run", id, "-b", kafka.direct()];
        let linger = linger.args(words).args(["--repeat", "99"]);
        Begun::new(linger.stderr(Stdio::null()))
    };

    // A run that goes on, with a consumer and a producer in a process of its own, in a transaction.
    let going = begin("C9");
    let root = going.0.id();
    let child = || {
        let mut all = descendants(root).into_iter();
        all.any(|it| words(it).contains("scenario act transform"))
    };
    awaited("a child process", child);

    // Another one is killed while records pass through the wire, whose faults strike meanwhile.
    let first = begin("C3");
    let reader: BaseConsumer = kafka::plain_config(kafka).create().unwrap();
    let has_records = |topic: &String| {
        let marks = reader.fetch_watermarks(topic, 0, Duration::from_secs(2));
        marks.is_ok_and(|(_, end)| end > 0)
    };
    let of_first = || {
        let mut all = written_down(home.path());
        all.retain(|topic| topic.contains("-c3-"));
        all
    };
    awaited("records through the wire", || {
        of_first().iter().any(has_records)
    });
    first.kill();
    let left = of_first();
    let stand = topics(home.path(), kafka);
    assert!(left.iter().any(|topic| stand.contains(topic)), "{stand}");
    let said = next_start(home.path(), kafka);
    assert!(said.contains("removed: linger-scenario-c3-"), "{said}");
    assert!(!said.contains("linger-scenario-c9-"), "{said}");
    let stand = topics(home.path(), kafka);
    assert!(!left.iter().any(|topic| stand.contains(topic)), "{stand}");

    awaited("a child process", child);
    let ended = going.kill();
    assert!(!ended.is_empty());
    let left = written_down(home.path());
    assert!(left.iter().any(|it| it.contains("-c9-")), "{left:?}");
    let said = next_start(home.path(), kafka);
    assert!(said.contains("removed: linger-scenario-c9-"), "{said}");
    let stand = topics(home.path(), kafka);
    assert!(!left.iter().any(|topic| stand.contains(topic)), "{stand}");
    assert_eq!(written_down(home.path()), BTreeSet::new());
    assert_eq!(settings(kafka, &bystander), before);
}
