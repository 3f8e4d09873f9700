package io.vmfactory.factory.metrics;

import io.vmfactory.factory.stock.PoolView;
import io.vmfactory.factory.turns.TurnStats;
import io.vmfactory.pool.PoolStats;
import java.util.Arrays;

/** Metrics of the pools and of the restore turns, from one snapshot of the daemon. */
final class PoolFamilies {
  private static final double KIB = 1024;

  private final Families families;

  private PoolFamilies(Families families) {
    this.families = families;
  }

  /** Adds the metrics of one pool. */
  static void add(Families families, PoolView pool) {
    PoolFamilies to = new PoolFamilies(families);
    String[] labels = {"template", pool.template().shortened(), "tier", Causes.word(pool.tier())};
    to.aims(pool.stats(), labels);
    to.slots(pool.stats().slots(), labels);
    to.traffic(pool.stats().traffic(), labels);
    to.memory(pool.memory(), labels);
  }

  /** Adds the metrics of the restore turns. */
  static void add(Families families, TurnStats turns) {
    PoolFamilies to = new PoolFamilies(families);
    to.by("in_flight", "Restores and boots under way.", turns.customers(), turns.refills());
    to.by(
        "waiting",
        "Requests and refills that wait for a turn to restore or boot.",
        turns.customersWaiting(),
        turns.refillsWaiting());
    families.gauge(
        "vmfactory_restores_limit", "Most restores and boots at the same time.", turns.limit());
    families.gauge(
        "vmfactory_restores_waiting_limit",
        "Most requests that may wait for a turn; further ones are refused.",
        turns.maxWaiting());
    families.gauge(
        "vmfactory_restore_mean_seconds",
        "Mean time of a restore or boot; recent ones count more.",
        turns.meanTurn().toNanos() / 1e9);
  }

  private void by(String what, String help, int customers, int refills) {
    families.gauge("vmfactory_restores_" + what, help, customers, "by", "customer");
    families.gauge("vmfactory_restores_" + what, help, refills, "by", "refill");
  }

  private void aims(PoolStats stats, String[] labels) {
    gauge("open", "1 = serves claims; 0 = drained or closing.", open(stats), labels);
    gauge("target", "VMs wanted in stock.", stats.aim().count(), labels);
    gauge("wanted", "VMs wanted in stock without the memory limit.", stats.aim().wanted(), labels);
    gauge(
        "claims_per_second",
        "Rate of claims, served or not, as the pool estimates it.",
        stats.aim().claimsPerSecond(),
        labels);
    gauge("refill_pauses", "Pauses of refill in force.", stats.refillPauses(), labels);
    gauge(
        "failures_in_a_row",
        "Failed attempts to make a VM since the last success.",
        stats.retry().map(PoolStats.Retry::failuresInARow).orElse(0),
        labels);
  }

  private static int open(PoolStats stats) {
    return stats.phase() == PoolStats.Phase.OPEN ? 1 : 0;
  }

  private void slots(PoolStats.Slots slots, String[] labels) {
    state("idle", slots.idle(), labels);
    state("allocating", slots.allocating(), labels);
    state("probing", slots.probing(), labels);
    state("claimed", slots.claimed(), labels);
    state("disposing", slots.disposing(), labels);
    gauge(
        "superseded", "Idle VMs of a template that was rebuilt since.", slots.superseded(), labels);
    gauge("waiting", "Claims that wait for a VM.", slots.waiting(), labels);
  }

  private void state(String state, int count, String[] labels) {
    families.gauge(
        "vmfactory_pool_vms", "VMs of the pool by state.", count, with(labels, "state", state));
  }

  private void traffic(PoolStats.Traffic traffic, String[] labels) {
    counter("hits", "Claims served from stock at once.", (double) traffic.hits(), labels);
    counter("misses", "Claims that waited or were refused.", (double) traffic.misses(), labels);
    counter("taken", "VMs handed out.", (double) traffic.taken(), labels);
    counter(
        "expired",
        "VMs replaced because of age, a rebuild or bad health.",
        (double) traffic.expired(),
        labels);
    counter("poisoned", "VMs that failed at hand-out.", (double) traffic.poisoned(), labels);
  }

  private void memory(PoolView.Memory memory, String[] labels) {
    bytes("private", memory.privateKib(), labels);
    bytes("shared", memory.sharedKib(), labels);
  }

  private void bytes(String kind, long kib, String[] labels) {
    families.gauge(
        "vmfactory_pool_memory_bytes",
        "Memory of the pool's idle VMs together, as last measured.",
        kib * KIB,
        with(labels, "kind", kind));
  }

  private void gauge(String name, String help, double value, String[] labels) {
    families.gauge("vmfactory_pool_" + name, help, value, labels);
  }

  private void counter(String name, String help, double value, String[] labels) {
    families.counter("vmfactory_pool_" + name, help, value, labels);
  }

  private static String[] with(String[] labels, String name, String value) {
    String[] all = Arrays.copyOf(labels, labels.length + 2);
    all[labels.length] = name;
    all[labels.length + 1] = value;
    return all;
  }
}
