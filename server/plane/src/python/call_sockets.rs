//! The sockets of telephone calls in Python: `server._plane.CallSockets`.

use std::net::{IpAddr, SocketAddr};

use pyo3::exceptions::{PyOSError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::driver::CallSockets as Sockets;

/// Port, payload, and the host and port of the other side.
type Taken<'py> = (u16, Bound<'py, PyBytes>, String, u16);

/// See `_plane.pyi`.
#[pyclass(frozen, module = "server._plane")]
#[derive(Default)]
pub(super) struct CallSockets(Sockets);

fn ip(host: &str) -> PyResult<IpAddr> {
    host.parse()
        .map_err(|_| PyValueError::new_err(format!("{host:?} is not an IP address")))
}

#[pymethods]
impl CallSockets {
    #[new]
    fn new() -> Self {
        Self::default()
    }

    fn bind(&self, host: &str, port: u16) -> PyResult<u16> {
        self.0.bind(ip(host)?, port).map_err(PyOSError::new_err)
    }

    fn close(&self, port: u16) {
        self.0.close(port);
    }

    fn receive<'py>(&self, py: Python<'py>) -> Vec<Taken<'py>> {
        let taken = py.detach(|| self.0.receive());
        taken
            .into_iter()
            .map(|(port, payload, source)| {
                let payload = PyBytes::new(py, &payload);
                (port, payload, source.ip().to_string(), source.port())
            })
            .collect()
    }

    fn send(&self, py: Python<'_>, datagrams: Vec<(u16, Vec<u8>, String, u16)>) -> PyResult<usize> {
        let datagrams = datagrams
            .into_iter()
            .map(|(port, payload, host, to)| Ok((port, payload, SocketAddr::new(ip(&host)?, to))))
            .collect::<PyResult<Vec<_>>>()?;
        Ok(py.detach(|| self.0.send(&datagrams)))
    }
}
