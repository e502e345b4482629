//! The server under test: its address, its HTTP API and its own figures.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::os::fd::{AsRawFd, RawFd};
use std::sync::Arc;
use std::time::Duration;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, ClientConnection, DigitallySignedStruct, SignatureScheme, StreamOwned};
use serde::Deserialize;
use url::Url;

use crate::error::Error;

const PATIENCE: Duration = Duration::from_secs(10);
const LONGEST_HEAD: usize = 64;

/// A TCP connection, with TLS or without.
pub enum Stream {
    /// `http://`
    Plain(TcpStream),
    /// `https://`
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
}

impl Stream {
    fn tcp(&self) -> &TcpStream {
        match self {
            Self::Plain(stream) => stream,
            Self::Tls(stream) => stream.get_ref(),
        }
    }

    /// From now on reads and writes return at once.
    pub fn set_nonblocking(&self) -> io::Result<()> {
        self.tcp().set_nonblocking(true)
    }
}

impl AsRawFd for Stream {
    fn as_raw_fd(&self) -> RawFd {
        self.tcp().as_raw_fd()
    }
}

/// What the server says of itself: `GET /api/load-test`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Figures {
    /// Seconds since it was started.
    pub uptime_s: f64,
    /// Processor seconds of its process, all threads together.
    pub cpu_s: f64,
    /// Bytes of memory in use (resident).
    pub memory_bytes: u64,
    /// Processor seconds by the name of the thread.
    pub cpu_by_thread: BTreeMap<String, f64>,
    /// What its media plane counts.
    pub counters: BTreeMap<String, u64>,
}

#[derive(Deserialize)]
struct Code {
    code: String,
}

/// A server, and the right to load it.
#[derive(Clone)]
pub struct Server {
    /// Its pages.
    pub url: Url,
    /// Where its name leads.
    pub address: SocketAddr,
    token: Option<String>,
    tls: Arc<ClientConfig>,
}

impl Server {
    /// Finds a server by its address.
    pub fn find(url: &str, token: Option<String>) -> Result<Self, Error> {
        let bad = || Error::Address(url.to_owned());
        let parsed = Url::parse(url).map_err(|_| bad())?;
        if !matches!(parsed.scheme(), "http" | "https") {
            return Err(bad());
        }
        let host = parsed
            .host_str()
            .ok_or_else(bad)?
            .trim_matches(['[', ']'])
            .to_owned();
        let port = parsed.port_or_known_default().ok_or_else(bad)?;
        let unreachable = |reason: String| Error::Unreachable(url.to_owned(), reason);
        let addresses = (host.as_str(), port)
            .to_socket_addrs()
            .map_err(|e| unreachable(e.to_string()))?;
        let mut last = "its name leads nowhere".to_owned();
        for address in addresses {
            match TcpStream::connect_timeout(&address, PATIENCE) {
                Ok(_) => {
                    return Ok(Self {
                        url: parsed,
                        address,
                        token,
                        tls: Arc::new(trusting()),
                    });
                }
                Err(error) => last = error.to_string(),
            }
        }
        Err(unreachable(last))
    }

    /// Whether it is reached by TLS.
    pub fn secure(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// Host and port as HTTP wants them.
    pub fn authority(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        self.url
            .port()
            .map_or(host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// The value of the header that shows the token.
    pub fn authorization(&self) -> Option<String> {
        self.token.as_ref().map(|token| format!("Bearer {token}"))
    }

    /// A new connection, blocking.
    pub fn connect(&self) -> Result<Stream, Error> {
        let unreachable = |error: String| Error::Unreachable(self.url.to_string(), error);
        let tcp = TcpStream::connect_timeout(&self.address, PATIENCE)
            .map_err(|e| unreachable(e.to_string()))?;
        let ready = tcp
            .set_nodelay(true)
            .and_then(|()| tcp.set_read_timeout(Some(PATIENCE)));
        ready.map_err(|error| unreachable(error.to_string()))?;
        if !self.secure() {
            return Ok(Stream::Plain(tcp));
        }
        let host = self
            .url
            .host_str()
            .unwrap_or_default()
            .trim_matches(['[', ']'])
            .to_owned();
        let name = ServerName::try_from(host).map_err(|e| unreachable(e.to_string()))?;
        let tls = ClientConnection::new(self.tls.clone(), name)
            .map_err(|e| unreachable(e.to_string()))?;
        Ok(Stream::Tls(Box::new(StreamOwned::new(tls, tcp))))
    }

    /// What the server says of itself; refused without its token.
    pub fn figures(&self) -> Result<Figures, Error> {
        let body = self.ask("GET", "/api/load-test", 200)?;
        serde_json::from_str(&body)
            .map_err(|_| Error::Answer(self.url.to_string(), "something else".to_owned()))
    }

    /// Makes a meeting; gives its code.
    pub fn make_meeting(&self) -> Result<String, Error> {
        let body = self.ask("POST", "/api/load-test", 201)?;
        let code: Code = serde_json::from_str(&body)
            .map_err(|_| Error::Answer(self.url.to_string(), "something else".to_owned()))?;
        Ok(code.code)
    }

    fn ask(&self, method: &str, path: &str, wanted: u16) -> Result<String, Error> {
        let mut stream = self.connect()?;
        let (status, body) = self
            .exchange(&mut stream, method, path)
            .map_err(|error| Error::Unreachable(self.url.to_string(), error.to_string()))?;
        match status {
            401 | 403 | 404 => Err(Error::Token),
            status if status == wanted => Ok(body),
            status => Err(Error::Answer(self.url.to_string(), status.to_string())),
        }
    }

    /// One request by HTTP/1.0, whose answers end with the connection and are never chunked.
    fn exchange(&self, stream: &mut Stream, method: &str, path: &str) -> io::Result<(u16, String)> {
        let authorization = self
            .authorization()
            .map(|value| format!("Authorization: {value}\r\n"))
            .unwrap_or_default();
        let host = self.authority();
        write!(
            stream,
            "{method} {path} HTTP/1.0\r\nHost: {host}\r\n{authorization}Content-Length: 0\r\n\r\n"
        )?;
        stream.flush()?;
        let mut answer = Vec::new();
        match stream.read_to_end(&mut answer) {
            // Some servers end TLS without saying so.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {}
            other => _ = other?,
        }
        let mut headers = [httparse::EMPTY_HEADER; LONGEST_HEAD];
        let mut head = httparse::Response::new(&mut headers);
        let strange = || io::Error::new(io::ErrorKind::InvalidData, "this is not HTTP");
        let Ok(httparse::Status::Complete(length)) = head.parse(&answer) else {
            return Err(strange());
        };
        let status = head.code.ok_or_else(strange)?;
        Ok((
            status,
            String::from_utf8_lossy(&answer[length..]).into_owned(),
        ))
    }
}

/// Takes any certificate: a server under test made its own, and nothing secret is said to it but its own token.
fn trusting() -> ClientConfig {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .expect("the provider has the default versions")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AnyCertificate(provider)))
        .with_no_client_auth()
}

#[derive(Debug)]
struct AnyCertificate(Arc<rustls::crypto::CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
