//! The command to type next, so that a measurement can be made again.

use crate::cluster::keys::{self, Care};
use crate::settings::words::quoted;
use crate::snapshot::Snapshot;

use super::LabArgs;

/// The arguments that lead to the same cluster and topic; secrets are left for the person to give again.
#[must_use]
pub fn cluster_words(lab: &LabArgs) -> String {
    let (connect, load) = (&lab.connect, &lab.load);
    let mut words = Vec::new();
    if let Some(brokers) = &connect.brokers {
        words.push(format!("-b {}", quoted(brokers)));
    }
    if let Some(brokers) = connect.local_kafka {
        words.push(format!("--local-kafka={brokers}"));
    }
    if let Some(file) = &connect.file {
        words.push(format!("-F {}", quoted(&file.to_string_lossy())));
    }
    let open = |pair: &&String| {
        let name = pair.split_once('=').map_or("", |(name, _)| name.trim());
        keys::connection_key(name).is_some_and(|key| key.care != Care::Secret)
    };
    let properties = connect.properties.iter().filter(open);
    words.extend(properties.map(|pair| format!("-X {}", quoted(pair))));
    if let Some(topic) = &load.topic {
        words.push(format!("-t {}", quoted(topic)));
    }
    words.join(" ")
}

/// The same with the goals that the last trial was judged by, whether given on the command line, by a profile or on the screen.
#[must_use]
pub fn words(lab: &LabArgs, trials: &[Snapshot]) -> String {
    let goals = trials.last().map_or(&[][..], |last| &last.result.goals);
    let goals = goals
        .iter()
        .map(|goal| format!("--goal {}", quoted(&goal.goal)));
    let cluster = Some(cluster_words(lab)).filter(|words| !words.is_empty());
    let profile = lab.load.profile.as_deref();
    let profile = profile.map(|profile| format!("--profile {}", quoted(profile)));
    cluster
        .into_iter()
        .chain(profile)
        .chain(goals)
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_command_leads_to_the_same_place_without_a_secret() {
        let mut lab = LabArgs::default();
        lab.connect.brokers = Some("h:1".into());
        lab.connect.properties = [
            "security.protocol=SSL",
            "sasl.password=canary",
            "linger.ms=3",
            "sasl.jaas.config=canary",
        ]
        .map(String::from)
        .to_vec();
        lab.load.topic = Some("orders".into());
        lab.load.goal = vec!["p99<20ms".into()];
        assert_eq!(
            cluster_words(&lab),
            "-b h:1 -X security.protocol=SSL -t orders"
        );
    }
}
