//! TLS between the wire and the brokers, while clients speak plaintext to the wire on loopback.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use openssl::error::ErrorStack;
use openssl::pkcs12::Pkcs12;
use openssl::pkey::PKey;
use openssl::ssl::{
    ErrorCode, SslConnector, SslConnectorBuilder, SslMethod, SslStream, SslVerifyMode,
};
use openssl::x509::X509;
use openssl::x509::store::X509StoreBuilder;
use rustix::event::{PollFd, PollFlags, poll};

use super::proxy::Address;

/// How long a broker may take for its part of the handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// What a client's properties say about TLS; everything may be absent. `Debug` shows nothing of it.
#[derive(Clone, Default)]
pub struct TlsOptions {
    /// Who is trusted, as PEM; `None` trusts whom the system trusts.
    pub authorities: Option<Vec<u8>>,
    /// The client's own certificate with its chain, as PEM.
    pub certificate: Option<Vec<u8>>,
    /// Its private key, as PEM.
    pub key: Option<Vec<u8>>,
    /// What the private key is encrypted with.
    pub key_password: Option<String>,
    /// Certificate and key together, as PKCS12, with the password.
    pub store: Option<(Vec<u8>, String)>,
    /// OpenSSL's list of cipher suites.
    pub ciphers: Option<String>,
    /// OpenSSL's list of curves.
    pub curves: Option<String>,
    /// OpenSSL's list of signature algorithms.
    pub signatures: Option<String>,
    /// Whether nobody checks who the broker is.
    pub unverified: bool,
    /// Whether nobody checks that the certificate is that of the broker's host.
    pub any_host: bool,
}

impl fmt::Debug for TlsOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsOptions").finish_non_exhaustive()
    }
}

/// Properties that OpenSSL does not take; names the part, and never shows a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the {part} cannot be used for TLS to the brokers: {reason}")]
pub struct TlsError {
    part: &'static str,
    reason: String,
}

/// Speaks TLS to brokers.
#[derive(Clone)]
pub struct Tls {
    connector: SslConnector,
    any_host: bool,
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").finish_non_exhaustive()
    }
}

fn part<T>(part: &'static str, result: Result<T, ErrorStack>) -> Result<T, TlsError> {
    result.map_err(|error| TlsError {
        part,
        reason: error.to_string(),
    })
}

impl Tls {
    /// What these options make of TLS.
    ///
    /// # Errors
    /// A certificate, a key or a list that OpenSSL does not take.
    pub fn new(options: &TlsOptions) -> Result<Self, TlsError> {
        let mut builder = part("library", SslConnector::builder(SslMethod::tls_client()))?;
        trust(&mut builder, options)?;
        identify(&mut builder, options)?;
        if let Some(list) = &options.ciphers {
            part("list of cipher suites", builder.set_cipher_list(list))?;
        }
        if let Some(list) = &options.curves {
            part("list of curves", builder.set_groups_list(list))?;
        }
        if let Some(list) = &options.signatures {
            let set = builder.set_sigalgs_list(list);
            part("list of signature algorithms", set)?;
        }
        Ok(Self {
            connector: builder.build(),
            any_host: options.any_host,
        })
    }

    /// Shakes hands over a fresh connection.
    fn secure(&self, socket: TcpStream, host: &str) -> io::Result<TlsStream> {
        let kept = socket.try_clone()?;
        socket.set_read_timeout(Some(HANDSHAKE))?;
        socket.set_write_timeout(Some(HANDSHAKE))?;
        let mut asked = self.connector.configure()?;
        asked.set_verify_hostname(!self.any_host);
        let stream = asked
            .connect(host, socket)
            .map_err(|error| io::Error::other(format!("TLS: {error}")))?;
        // Two threads share the stream; neither may hold it while it waits.
        kept.set_nonblocking(true)?;
        Ok(TlsStream {
            socket: kept,
            stream: Mutex::new(stream),
        })
    }
}

fn trust(builder: &mut SslConnectorBuilder, options: &TlsOptions) -> Result<(), TlsError> {
    const PART: &str = "certificate authorities";
    if options.unverified {
        builder.set_verify(SslVerifyMode::NONE);
    }
    let Some(pem) = &options.authorities else {
        let system = openssl_probe::probe();
        let folder = system.cert_dir.first();
        // Without any, no broker is trusted, and the handshake says so.
        let _ = builder
            .load_verify_locations(system.cert_file.as_deref(), folder.map(PathBuf::as_path));
        return Ok(());
    };
    let mut store = part(PART, X509StoreBuilder::new())?;
    for authority in part(PART, X509::stack_from_pem(pem))? {
        part(PART, store.add_cert(authority))?;
    }
    builder.set_cert_store(store.build());
    Ok(())
}

fn identify(builder: &mut SslConnectorBuilder, options: &TlsOptions) -> Result<(), TlsError> {
    const CERTIFICATE: &str = "client's certificate";
    if let Some((store, password)) = &options.store {
        const STORE: &str = "key store";
        let read = Pkcs12::from_der(store).and_then(|store| store.parse2(password));
        let read = part(STORE, read)?;
        if let Some(certificate) = &read.cert {
            part(STORE, builder.set_certificate(certificate))?;
        }
        for above in read.ca.into_iter().flatten() {
            part(STORE, builder.add_extra_chain_cert(above))?;
        }
        if let Some(key) = &read.pkey {
            part(STORE, builder.set_private_key(key))?;
        }
    }
    if let Some(pem) = &options.certificate {
        let mut chain = part(CERTIFICATE, X509::stack_from_pem(pem))?.into_iter();
        if let Some(own) = chain.next() {
            part(CERTIFICATE, builder.set_certificate(&own))?;
        }
        for above in chain {
            part(CERTIFICATE, builder.add_extra_chain_cert(above))?;
        }
    }
    if let Some(pem) = &options.key {
        const KEY: &str = "client's private key";
        let password = options.key_password.as_deref().unwrap_or_default();
        let key = PKey::private_key_from_pem_passphrase(pem, password.as_bytes());
        part(KEY, builder.set_private_key(&*part(KEY, key)?))?;
    }
    Ok(())
}

/// A TLS connection that one thread reads and another writes.
pub(super) struct TlsStream {
    socket: TcpStream,
    stream: Mutex<SslStream<TcpStream>>,
}

impl TlsStream {
    /// Tries until it is done; waits for the socket without holding the stream.
    fn with<T>(
        &self,
        mut work: impl FnMut(&mut SslStream<TcpStream>) -> Result<T, openssl::ssl::Error>,
        ended: T,
    ) -> io::Result<T> {
        loop {
            let done = work(&mut self.stream.lock().unwrap_or_else(PoisonError::into_inner));
            let wanted = match done {
                Ok(done) => return Ok(done),
                Err(error) => match error.code() {
                    ErrorCode::ZERO_RETURN => return Ok(ended),
                    ErrorCode::WANT_READ => PollFlags::IN,
                    ErrorCode::WANT_WRITE => PollFlags::OUT,
                    _ => return Err(error.into_io_error().unwrap_or_else(io::Error::other)),
                },
            };
            match poll(&mut [PollFd::new(&self.socket, wanted)], None) {
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

/// A connection to a broker; one thread may read it while another writes.
pub(super) enum Upstream {
    Plain(TcpStream),
    Tls(TlsStream),
}

impl Upstream {
    /// What is left of a connection once it stands.
    pub(super) fn new(socket: TcpStream, tls: Option<&Tls>, to: &Address) -> io::Result<Self> {
        Ok(match tls {
            None => Self::Plain(socket),
            Some(tls) => Self::Tls(tls.secure(socket, &to.host)?),
        })
    }

    /// The socket below, to be shut down.
    pub(super) fn socket(&self) -> &TcpStream {
        match self {
            Self::Plain(socket) => socket,
            Self::Tls(stream) => &stream.socket,
        }
    }
}

impl Read for &Upstream {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Upstream::Plain(socket) => (&mut &*socket).read(into),
            Upstream::Tls(stream) => stream.with(|stream| stream.ssl_read(into), 0),
        }
    }
}

impl Write for &Upstream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Upstream::Plain(socket) => (&mut &*socket).write(bytes),
            Upstream::Tls(stream) => stream.with(|stream| stream.ssl_write(bytes), 0),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_used_is_named_and_not_shown() {
        let secret = b"-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n";
        let options = TlsOptions {
            key: Some(secret.to_vec()),
            ..TlsOptions::default()
        };
        let error = Tls::new(&options).unwrap_err().to_string();
        assert!(error.contains("private key"), "{error}");
        assert!(!error.contains("c2VjcmV0"), "{error}");
        assert!(!format!("{options:?}").contains("key"));

        let options = TlsOptions {
            ciphers: Some("none-such".to_owned()),
            ..TlsOptions::default()
        };
        let error = Tls::new(&options).unwrap_err().to_string();
        assert!(error.contains("cipher suites"), "{error}");
    }

    #[test]
    fn nothing_asked_for_is_tls_as_the_system_trusts() {
        Tls::new(&TlsOptions::default()).unwrap();
    }
}
