//! Why a cluster cannot be used: judged from what librdkafka said, with the way out.

use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use thiserror::Error;

use super::connection::ConnectionError;
use super::ear::Heard;
use super::secrets::redact;
use super::shown::Shown;

/// A cluster that cannot be asked. Messages hold no secret and no control character.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ProbeError {
    /// The connection's properties cannot be used.
    #[error(transparent)]
    Connection(#[from] ConnectionError),
    /// librdkafka refused the properties.
    #[error("librdkafka refuses the connection properties: {0}")]
    Configuration(Shown),
    /// A host name has no address.
    #[error("cannot resolve {address}: check the host name, or the DNS of this machine ({said})")]
    Resolve {
        /// What was asked for.
        address: Shown,
        /// librdkafka's words.
        said: Shown,
    },
    /// Nobody listens there.
    #[error(
        "{address} refuses connections: check host and port, and that the broker runs ({said})"
    )]
    Refused {
        /// What was asked for.
        address: Shown,
        /// librdkafka's words.
        said: Shown,
    },
    /// Nobody answered in time.
    #[error("{address} did not answer within {seconds} s: check host, port and firewall, and security.protocol, as a TLS port may keep silent to a client without TLS{}", suffix(said.as_ref()))]
    TimedOut {
        /// What was asked for.
        address: Shown,
        /// How long was waited.
        seconds: u64,
        /// librdkafka's words, if there were any.
        said: Option<Shown>,
    },
    /// TLS was begun with a port that does not speak it.
    #[error(
        "{address} does not speak TLS on this port: use the port of its SSL listener, or security.protocol=PLAINTEXT or SASL_PLAINTEXT ({said})"
    )]
    PlaintextPort {
        /// What was asked for.
        address: Shown,
        /// librdkafka's words.
        said: Shown,
    },
    /// The connection closes at once: most often a port that wants TLS or a sign-in.
    #[error(
        "{address} closes the connection at once: its port may want TLS or a sign-in; set security.protocol to SSL or SASL_SSL ({said})"
    )]
    WrongProtocol {
        /// What was asked for.
        address: Shown,
        /// librdkafka's words.
        said: Shown,
    },
    /// The broker's certificate is not trusted, or ours is not.
    #[error(
        "TLS with {address} failed: set ssl.ca.location to the CA that signed the broker's certificate, and check the host name and, if it wants one, the client certificate ({said})"
    )]
    Certificate {
        /// What was asked for.
        address: Shown,
        /// librdkafka's words.
        said: Shown,
    },
    /// The broker does not know the user, or the password is wrong.
    #[error(
        "{address} does not accept the user name or password: check sasl.username, sasl.password and sasl.mechanism ({said})"
    )]
    SignIn {
        /// What was asked for.
        address: Shown,
        /// librdkafka's words.
        said: Shown,
    },
    /// The broker does not offer the mechanism.
    #[error("{address} does not offer this sasl.mechanism: choose one that it names ({said})")]
    Mechanism {
        /// What was asked for.
        address: Shown,
        /// librdkafka's words.
        said: Shown,
    },
    /// The listener wants no sign-in.
    #[error(
        "{address} takes no sign-in on this port: use the port of its SASL listener, or security.protocol=PLAINTEXT or SSL ({said})"
    )]
    NoSignIn {
        /// What was asked for.
        address: Shown,
        /// librdkafka's words.
        said: Shown,
    },
    /// The topic is not there.
    #[error(
        "topic {0} does not exist: create it, or leave out -t to let linger make one of its own"
    )]
    NoTopic(Shown),
    /// A right is missing.
    #[error("no right to {operation}: grant the ACL {acl}")]
    Denied {
        /// What was tried.
        operation: &'static str,
        /// The ACL that allows it.
        acl: String,
    },
    /// Anything else.
    #[error("{address}: {said}: run `linger doctor -b {address}` for each step")]
    Other {
        /// What was asked for.
        address: Shown,
        /// librdkafka's words.
        said: Shown,
    },
}

fn suffix(said: Option<&Shown>) -> String {
    said.map(|said| format!(" ({said})")).unwrap_or_default()
}

impl ProbeError {
    /// Whether asking again cannot help: worth ending the wait for.
    #[must_use]
    pub fn is_final(&self) -> bool {
        matches!(
            self,
            Self::SignIn { .. }
                | Self::Mechanism { .. }
                | Self::Certificate { .. }
                | Self::PlaintextPort { .. }
                | Self::NoSignIn { .. }
        )
    }
}

/// The text of an error of librdkafka, without secrets and control characters.
#[must_use]
pub fn said(error: &KafkaError) -> Shown {
    let text = match error {
        // Its own text would hold the value of the property.
        KafkaError::ClientConfig(_, reason, key, _) => format!("{key}: {reason}"),
        KafkaError::ClientCreation(reason) => reason.clone(),
        other => match other.rdkafka_error_code() {
            Some(code) => code.to_string(),
            None => other.to_string(),
        },
    };
    Shown::new(&redact(&text))
}

/// The most telling reason in what was heard; `None` if nothing was heard that names one.
#[must_use]
pub fn judge(servers: &str, heard: &[Heard]) -> Option<ProbeError> {
    let judged = heard.iter().filter_map(|line| judge_line(servers, line));
    judged.min_by_key(rank)
}

/// What is certain goes before what may be a consequence.
fn rank(error: &ProbeError) -> u8 {
    match error {
        ProbeError::SignIn { .. } | ProbeError::Mechanism { .. } | ProbeError::NoSignIn { .. } => 0,
        ProbeError::PlaintextPort { .. } => 1,
        ProbeError::Certificate { .. } => 2,
        ProbeError::WrongProtocol { .. } => 3,
        ProbeError::Refused { .. } => 4,
        ProbeError::Resolve { .. } => 5,
        _ => 6,
    }
}

fn judge_line(servers: &str, line: &Heard) -> Option<ProbeError> {
    let said = line.text.clone();
    let text = said.as_str().to_ascii_lowercase();
    let address = Shown::new(address_in(said.as_str()).unwrap_or(servers));
    let has = |part: &str| text.contains(part);
    Some(match line.code {
        _ if has("not valid in current sasl state") => ProbeError::NoSignIn { address, said },
        _ if has("unsupported sasl mechanism") => ProbeError::Mechanism { address, said },
        Some(RDKafkaErrorCode::Authentication) => ProbeError::SignIn { address, said },
        _ if has("sasl authentication error") => ProbeError::SignIn { address, said },
        _ if has("plaintext broker listener") || has("wrong version number") => {
            ProbeError::PlaintextPort { address, said }
        }
        Some(RDKafkaErrorCode::SSL) => ProbeError::Certificate { address, said },
        _ if has("ssl handshake failed") || has("ssl routines") => {
            ProbeError::Certificate { address, said }
        }
        Some(RDKafkaErrorCode::Resolve) => ProbeError::Resolve { address, said },
        _ if has("failed to resolve") => ProbeError::Resolve { address, said },
        _ if has("security.protocol") || has("disconnected while requesting apiversion") => {
            ProbeError::WrongProtocol { address, said }
        }
        _ if has("connection refused") => ProbeError::Refused { address, said },
        _ if has("timed out") => ProbeError::TimedOut {
            address,
            seconds: 0,
            said: Some(said),
        },
        Some(RDKafkaErrorCode::AllBrokersDown) | None => return None,
        Some(_) => ProbeError::Other { address, said },
    })
}

/// `host:port` from librdkafka's `sasl_ssl://host:port/bootstrap: …`.
fn address_in(text: &str) -> Option<&str> {
    let start = text.split_once("://")?.1;
    let end = start.find(['/', ' '])?;
    start.get(..end).filter(|address| address.contains(':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(code: RDKafkaErrorCode, text: &str) -> Heard {
        Heard {
            code: Some(code),
            text: Shown::new(text),
        }
    }

    #[test]
    fn names_the_reason_and_the_way_out() {
        let cases = [
            (
                RDKafkaErrorCode::Resolve,
                "sasl_ssl://nowhere.invalid:9092/bootstrap: Failed to resolve 'nowhere.invalid:9092'",
                "cannot resolve nowhere.invalid:9092",
            ),
            (
                RDKafkaErrorCode::BrokerTransportFailure,
                "localhost:1/bootstrap: Connect to ipv4#127.0.0.1:1 failed: Connection refused",
                "h:1 refuses connections",
            ),
            (
                RDKafkaErrorCode::SSL,
                "ssl://h:9/bootstrap: SSL handshake failed: wrong version number: connecting to a PLAINTEXT broker listener?",
                "h:9 does not speak TLS",
            ),
            (
                RDKafkaErrorCode::SSL,
                "ssl://h:9/bootstrap: SSL handshake failed: certificate verify failed",
                "ssl.ca.location",
            ),
            (
                RDKafkaErrorCode::Authentication,
                "sasl_ssl://h:9/bootstrap: SASL authentication error: Authentication failed",
                "check sasl.username, sasl.password",
            ),
        ];
        for (code, text, wanted) in cases {
            let error = judge(
                "h:1",
                &[
                    heard(RDKafkaErrorCode::AllBrokersDown, "1/1 brokers are down"),
                    heard(code, text),
                ],
            )
            .unwrap();
            assert!(error.to_string().contains(wanted), "{error}");
        }
    }

    #[test]
    fn a_refused_property_is_named_without_its_value() {
        let error = rdkafka::ClientConfig::new()
            .set("ssl.endpoint.identification.algorithm", "canary-value")
            .create_native_config()
            .err()
            .unwrap();
        let text = said(&error).to_string();
        assert!(
            text.contains("ssl.endpoint.identification.algorithm"),
            "{text}"
        );
        assert!(
            !text.contains("canary-value") || text.contains("Invalid value"),
            "{text}"
        );
    }
}
