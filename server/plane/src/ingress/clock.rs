//! Where a publisher's clock stands against the plane's, so that its streams stay in step (lip sync).

use crate::time::Time;

/// Microseconds between the epochs of NTP (1900) and Unix (1970).
const NTP_TO_UNIX_SECS: u64 = 2_208_988_800;

/// Converts an NTP timestamp (32.32) to microseconds since 1900.
pub(crate) fn ntp_micros(ntp: u64) -> i64 {
    let seconds = (ntp >> 32).cast_signed();
    let fraction = ((ntp & 0xffff_ffff) * 1_000_000) >> 32;
    seconds * 1_000_000 + fraction.cast_signed()
}

/// Converts a moment to an NTP timestamp (32.32), given the Unix time in microseconds at the plane's epoch.
pub(crate) fn ntp_of(now: Time, unix_micros_at_epoch: u64) -> u64 {
    let micros = unix_micros_at_epoch + now.micros();
    let seconds = (micros / 1_000_000 + NTP_TO_UNIX_SECS) & 0xffff_ffff;
    (seconds << 32) | (((micros % 1_000_000) << 32) / 1_000_000)
}

/// One publisher's wall clock, as its sender reports tell it. Audio and video of one transport share it.
#[derive(Clone, Copy, Debug, Default)]
pub struct SenderClock {
    /// The plane's time less the publisher's, in microseconds, network delay included.
    offset: Option<i64>,
}

impl SenderClock {
    /// A sender report that says `ntp` arrived at `now`.
    pub fn observe(&mut self, now: Time, ntp: u64) {
        let sample = now.micros().cast_signed() - ntp_micros(ntp);
        // The quickest report tells the offset best; a slow rise follows clocks that drift.
        self.offset = Some(match self.offset {
            Some(offset) if sample > offset => offset + (sample - offset) / 16,
            _ => sample,
        });
    }

    /// How many microseconds have passed at `now` since the publisher's clock showed `ntp`.
    pub fn micros_since(&self, now: Time, ntp: u64) -> Option<i64> {
        Some(now.micros().cast_signed() - self.offset? - ntp_micros(ntp))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_survives_the_way_to_ntp_and_back() {
        let unix = 1_790_000_000_123_456;
        for micros in [0, 1, 999_999, 1_000_000, 86_400_000_001] {
            let ntp = ntp_of(Time::from_micros(micros), unix);
            let back = ntp_micros(ntp) - (NTP_TO_UNIX_SECS * 1_000_000).cast_signed();
            assert!((back - (unix + micros).cast_signed()).abs() <= 1);
        }
    }

    #[test]
    fn a_late_report_hardly_moves_the_clock() {
        let unix = 1_790_000_000_000_000;
        let mut clock = SenderClock::default();
        let sent = |ms: u64| ntp_of(Time::from_micros(ms * 1_000), unix);
        clock.observe(Time::from_micros(1_010_000), sent(1_000));
        clock.observe(Time::from_micros(2_170_000), sent(2_000));
        let since = clock
            .micros_since(Time::from_micros(3_020_000), sent(3_000))
            .unwrap();
        assert!((0..=11_000).contains(&since), "{since}");
    }
}
