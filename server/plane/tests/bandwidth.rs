//! What the estimator makes of links of every kind, in virtual time. Each link is played with several seeds.
//! `cargo run --example estimate -- SCENARIO` writes the same runs as CSV.

mod calls;
mod network;

use calls::{Sample, Scenario, play, scenarios};

const SEEDS: std::ops::RangeInclusive<u64> = 1..=8;

/// Plays a scenario with each seed and hands the samples to `check`.
fn each_seed(scenario: &Scenario, check: impl Fn(u64, Run)) {
    for seed in SEEDS {
        check(seed, Run(play(scenario, seed)));
    }
}

/// The samples of one run.
struct Run(Vec<Sample>);

impl Run {
    /// Those of one sender.
    fn flow(&self, flow: usize) -> Run {
        Run(self.only(|sample| sample.flow == flow))
    }

    /// Those from `from` to `to` seconds.
    fn during(&self, from: f64, to: f64) -> Run {
        Run(self.only(|sample| (from..to).contains(&sample.at)))
    }

    fn only(&self, which: impl Fn(&Sample) -> bool) -> Vec<Sample> {
        self.0.iter().copied().filter(which).collect()
    }

    fn mean(&self, of: impl Fn(&Sample) -> u64) -> u64 {
        self.0.iter().map(of).sum::<u64>() / self.0.len() as u64
    }

    fn lowest(&self) -> u64 {
        self.0.iter().map(|sample| sample.estimate).min().unwrap()
    }

    fn highest(&self) -> u64 {
        self.0.iter().map(|sample| sample.estimate).max().unwrap()
    }

    /// When the estimate first was as told, in seconds.
    fn first(&self, is: impl Fn(u64) -> bool) -> f64 {
        let found = self.0.iter().find(|sample| is(sample.estimate));
        found.map_or(f64::INFINITY, |sample| sample.at)
    }

    /// The wait in the queue that `share` of the moments stay below, in ms.
    fn queue(&self, share: f64) -> f64 {
        let mut waits: Vec<f64> = self.0.iter().map(|sample| sample.queue).collect();
        waits.sort_by(f64::total_cmp);
        waits[((waits.len() - 1) as f64 * share) as usize]
    }

    /// Means of the estimate over each five seconds.
    fn means(&self) -> Vec<u64> {
        let chunks = self.0.chunks(50);
        chunks
            .map(|chunk| Run(chunk.to_vec()).mean(|sample| sample.estimate))
            .collect()
    }
}

#[test]
fn a_weak_link_is_used_well_without_a_queue() {
    each_seed(&scenarios::weak(), |seed, run| {
        let settled = run.during(5.0, 120.0);
        let means = settled.means();
        assert!(
            means.iter().all(|mean| (210_000..=300_000).contains(mean)),
            "seed {seed}: {means:?}"
        );
        let received = settled.mean(|sample| sample.received);
        assert!(received > 240_000, "seed {seed}: {received} bit/s arrive");
        let queue = settled.queue(0.95);
        assert!(queue < 150.0, "seed {seed}: {queue} ms");
    });
}

#[test]
fn a_fall_is_followed_within_three_seconds_and_a_rise_within_fifteen() {
    each_seed(&scenarios::fall(), |seed, run| {
        let before = run.during(10.0, 20.0).lowest();
        assert!(before >= 2_500_000, "seed {seed}: {before} before");
        let fallen = run.during(20.0, 50.0).first(|estimate| estimate < 330_000);
        assert!(fallen < 23.0, "seed {seed}: fell at {fallen} s");
        let after = run.during(23.0, 50.0);
        let highest = after.means().into_iter().max().unwrap();
        assert!(highest < 330_000, "seed {seed}: {highest} after the fall");
        let queue = run.during(28.0, 50.0).queue(0.95);
        assert!(queue < 150.0, "seed {seed}: {queue} ms");
        let risen = run
            .during(50.0, 90.0)
            .first(|estimate| estimate >= 2_000_000);
        assert!(risen < 65.0, "seed {seed}: rose at {risen} s");
        let lowest = run.during(risen + 1.0, 90.0).lowest();
        assert!(lowest >= 2_000_000, "seed {seed}: {lowest} after the rise");
    });
}

#[test]
fn a_link_that_was_away_for_ten_seconds_is_used_again_within_three() {
    each_seed(&scenarios::blackout(), |seed, run| {
        let away = run.during(29.0, 30.0).highest();
        assert!(away <= 100_000, "seed {seed}: {away} while it is away");
        let back = run
            .during(30.0, 50.0)
            .first(|estimate| estimate >= 2_100_000);
        assert!(back < 33.0, "seed {seed}: back at {back} s");
        let lowest = run.during(33.0, 50.0).lowest();
        assert!(
            lowest >= 2_100_000,
            "seed {seed}: {lowest} after it was back"
        );
    });
    each_seed(&scenarios::blackout_to_thin(), |seed, run| {
        let highest = run.during(33.0, 50.0).means().into_iter().max().unwrap();
        assert!(highest < 330_000, "seed {seed}: {highest} of a thinner one");
        let queue = run.during(33.0, 50.0).queue(0.95);
        assert!(queue < 150.0, "seed {seed}: {queue} ms");
    });
}

#[test]
fn loss_that_does_not_depend_on_the_rate_is_no_congestion() {
    for (share, lowest_mean, lowest) in [(0.1, 1_200_000, 1_000_000), (0.3, 900_000, 500_000)] {
        each_seed(&scenarios::random_loss("loss", share), |seed, run| {
            let settled = run.during(3.0, 60.0);
            let mean = settled.mean(|sample| sample.estimate);
            assert!(mean >= lowest_mean, "{share}, seed {seed}: {mean}");
            let least = settled.lowest();
            assert!(least >= lowest, "{share}, seed {seed}: {least}");
        });
    }
}

#[test]
fn who_sends_little_through_loss_keeps_what_a_probe_proved() {
    each_seed(&scenarios::camera_through_loss(), |seed, run| {
        let settled = run.during(6.0, 120.0);
        let low = settled.only(|sample| sample.estimate < 1_000_000).len();
        let share = low as f64 / settled.0.len() as f64;
        assert!(
            share < 0.02,
            "seed {seed}: too low for {share:.2} of the time"
        );
    });
}

#[test]
fn loss_in_bursts_is_no_congestion_either() {
    each_seed(&scenarios::bursty_loss(), |seed, run| {
        let mean = run.during(3.0, 60.0).mean(|sample| sample.estimate);
        assert!(mean >= 1_200_000, "seed {seed}: {mean}");
    });
}

#[test]
fn a_queue_too_short_to_delay_shows_by_its_loss() {
    each_seed(&scenarios::shallow(), |seed, run| {
        let settled = run.during(5.0, 60.0);
        let means = settled.means();
        assert!(
            means.iter().all(|mean| (560_000..=880_000).contains(mean)),
            "seed {seed}: {means:?}"
        );
        let sent = settled.mean(|sample| sample.sent) as f64;
        let received = settled.mean(|sample| sample.received) as f64;
        assert!(received > 0.9 * sent, "seed {seed}: {received} of {sent}");
    });
}

#[test]
fn two_senders_share_a_link() {
    each_seed(&scenarios::shared(), |seed, run| {
        let settled = run.during(30.0, 90.0);
        let rates = [0, 1].map(|flow| settled.flow(flow).mean(|sample| sample.received));
        let (low, high) = (rates.iter().min().unwrap(), rates.iter().max().unwrap());
        assert!(*high <= 2 * low, "seed {seed}: {rates:?}");
        assert!(low + high > 750_000, "seed {seed}: {rates:?} of 1 Mbit/s");
    });
}

#[test]
fn a_good_link_carries_what_is_wanted_within_two_seconds() {
    each_seed(&scenarios::start(), |seed, run| {
        let ready = run.first(|estimate| estimate >= 2_000_000);
        assert!(ready < 2.0, "seed {seed}: {ready} s");
        let lowest = run.during(2.0, 30.0).lowest();
        assert!(lowest >= 2_000_000, "seed {seed}: {lowest}");
    });
}

#[test]
fn jitter_and_reordering_are_no_congestion() {
    each_seed(&scenarios::jitter(), |seed, run| {
        let settled = run.during(3.0, 60.0);
        let lowest = settled.lowest();
        assert!(lowest >= 2_000_000, "seed {seed}: {lowest}");
        let loss = settled
            .0
            .iter()
            .map(|sample| sample.loss)
            .fold(0.0, f32::max);
        assert!(loss < 0.05, "seed {seed}: {loss} taken for lost");
    });
}

#[test]
fn who_sends_little_keeps_the_estimate_and_proves_no_more() {
    each_seed(&scenarios::modest(), |seed, run| {
        let modest = run.during(2.0, 60.0);
        let (low, high) = (modest.lowest(), modest.highest());
        assert!(low >= 500_000, "seed {seed}: fell to {low}");
        assert!(high <= 1_000_000, "seed {seed}: grew to {high}");
        let ready = run
            .during(60.0, 70.0)
            .first(|estimate| estimate >= 2_000_000);
        assert!(ready < 63.0, "seed {seed}: had what is wanted at {ready} s");
    });
}

#[test]
fn an_outage_of_a_second_is_over_within_five() {
    each_seed(&scenarios::outage(), |seed, run| {
        let after = run.during(26.0, 40.0).lowest();
        assert!(after >= 2_400_000, "seed {seed}: {after}");
    });
}

#[test]
fn layers_do_not_flap_below_what_the_link_carries() {
    each_seed(&scenarios::layers(), |seed, run| {
        let settled = run.during(3.0, 90.0);
        let lowest = settled.lowest();
        assert!(lowest >= 532_000, "seed {seed}: {lowest}");
        let queue = settled.queue(0.95);
        assert!(queue < 60.0, "seed {seed}: {queue} ms");
    });
}

#[test]
fn a_queue_of_seconds_is_not_filled() {
    each_seed(&scenarios::bloated(), |seed, run| {
        let settled = run.during(5.0, 60.0);
        let queue = settled.queue(0.95);
        assert!(queue < 150.0, "seed {seed}: {queue} ms");
        let received = settled.mean(|sample| sample.received);
        assert!(received > 425_000, "seed {seed}: {received} of 500 kbit/s");
    });
}

#[test]
fn a_link_by_satellite_is_used_well() {
    each_seed(&scenarios::far(), |seed, run| {
        let settled = run.during(15.0, 90.0);
        let received = settled.mean(|sample| sample.received);
        assert!(received > 750_000, "seed {seed}: {received} of 1 Mbit/s");
        let queue = settled.queue(0.95);
        assert!(queue < 150.0, "seed {seed}: {queue} ms");
    });
}

#[test]
fn a_mobile_link_with_every_fault_at_once_is_used_well() {
    each_seed(&scenarios::mobile(), |seed, run| {
        let settled = run.during(10.0, 90.0);
        let means = settled.means();
        assert!(
            means.iter().all(|mean| (200_000..=315_000).contains(mean)),
            "seed {seed}: {means:?}"
        );
        let queue = settled.queue(0.95);
        assert!(queue < 150.0, "seed {seed}: {queue} ms");
    });
}
