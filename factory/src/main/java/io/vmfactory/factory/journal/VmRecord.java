package io.vmfactory.factory.journal;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmIdentity;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The record of one VM, as in its {@code vm.json}. Its components are plain values only, since it
 * is the file's format.
 *
 * @param version format version, {@link #OLDEST} to {@link #VERSION}
 * @param state how far the VM has come
 * @param id the VM
 * @param route how it is made; once leased, how the request was served: a word of the wire
 * @param templateKey hex; empty if made without a template
 * @param templateDigest which snapshot of that template; for a fork, the id of the snapshot in
 *     memory that it shares with others; empty if not known or none
 * @param hostname name set in the guest; empty if none is set yet, or for a base VM
 * @param vcpus number of vCPUs; until the lease, the number at boot
 * @param memoryMib memory; until the lease, the memory at boot
 * @param madeAt ISO-8601, wall clock: when its making began; once leased, when it was handed out
 * @param process the VMM's process; null if it is not started, or the daemon died before recording
 *     it
 * @param lease its lease; null if it is not leased
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record VmRecord(
    int version,
    State state,
    String id,
    String route,
    String templateKey,
    String templateDigest,
    String hostname,
    int vcpus,
    int memoryMib,
    String madeAt,
    @Nullable ProcessEntry process,
    @Nullable LeaseEntry lease) {
  public VmRecord {
    Objects.requireNonNull(state);
    Objects.requireNonNull(id);
    Instant.parse(madeAt); // a record that cannot be read later must not be made
    templateDigest = Objects.requireNonNullElse(templateDigest, "");
  }

  /** The format version that this daemon writes. */
  public static final int VERSION = 3;

  /**
   * The oldest format version that this daemon reads. Version 1 had no digests and no states SHELL
   * and WARM, but holds everything needed to take a leased VM over. Version 2 had no uid: its
   * leases belong to the daemon's user.
   */
  public static final int OLDEST = 1;

  /**
   * How far a VM has come. A state is written before its step begins, except STARTED, SHELL and
   * WARM, which are written afterwards. Other changes of an idle VM are not written: the run state
   * of its VMM shows them.
   */
  public enum State {
    /** Its process is about to be started. */
    MAKING,
    /** Its process runs; no customer or pool has it yet. */
    STARTED,
    /**
     * An idle shell: its memory is mapped, and it waits for device state. True while it does so.
     */
    SHELL,
    /** An idle warm VM: a clone that was made unique and stopped. True while it is stopped. */
    WARM,
    /** A customer has it. */
    LEASED,
    /** It was given away: its new owner alone may touch it. */
    GIVEN_AWAY
  }

  /** A process, see {@link VmIdentity}. */
  public record ProcessEntry(int pid, long startTicks, String executable) {
    /** Returns the identity of the VM with that id in this process. */
    public VmIdentity identity(VmId id) {
      return new VmIdentity(id, pid, startTicks, Path.of(executable));
    }
  }

  /**
   * The lease of a VM.
   *
   * @param id id of the lease
   * @param uid the user that the lease belongs to; null = the daemon's user, in records of older
   *     daemons
   * @param owner free text from the request
   * @param ttlMillis duration of a renewal in milliseconds
   * @param expiresAt ISO-8601, wall clock
   * @param paused whether its customer has paused the VM, or is about to; null = no
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record LeaseEntry(
      String id,
      @Nullable Long uid,
      String owner,
      long ttlMillis,
      String expiresAt,
      @Nullable Boolean paused) {
    public LeaseEntry {
      Instant.parse(expiresAt); // a record that cannot be read later must not be made
    }

    /** Returns the entry of a lease whose VM runs. */
    public static LeaseEntry of(
        String id, long uid, String owner, Duration ttl, Instant expiresAt) {
      return new LeaseEntry(id, uid, owner, ttl.toMillis(), expiresAt.toString(), null);
    }

    /** Returns this entry for a VM that its customer has paused, or has not. */
    public LeaseEntry paused(boolean now) {
      return new LeaseEntry(id, uid, owner, ttlMillis, expiresAt, now ? true : null);
    }

    /** Returns whether its customer has paused the VM. */
    public boolean rests() {
      return Boolean.TRUE.equals(paused);
    }

    /** Returns when the lease expires. */
    public Instant expiry() {
      return Instant.parse(expiresAt);
    }

    /** Returns the duration of a renewal. */
    public Duration ttl() {
      return Duration.ofMillis(ttlMillis);
    }
  }

  /** Returns the record of a VM that is about to be made. */
  public static VmRecord making(
      String id, String route, String templateKey, Sizing boot, Instant madeAt) {
    return new VmRecord(
        VERSION,
        State.MAKING,
        id,
        route,
        templateKey,
        "",
        "",
        boot.vcpus(),
        boot.memoryMib(),
        madeAt.toString(),
        null,
        null);
  }

  /** Returns this record with a started process. */
  public VmRecord started(VmIdentity who) {
    ProcessEntry entry = new ProcessEntry(who.pid(), who.startTicks(), who.executable().toString());
    return with(State.STARTED, templateDigest, entry, null);
  }

  /**
   * Returns this record as that of an idle shell.
   *
   * @param digest digest of the template's snapshot whose memory it has
   */
  public VmRecord shell(String digest) {
    return with(State.SHELL, digest, process, null);
  }

  /**
   * Returns this record as that of an idle warm VM.
   *
   * @param digest digest of the template's snapshot that it is a clone of
   */
  public VmRecord warm(String digest) {
    return with(State.WARM, digest, process, null);
  }

  /** Returns this record as that of a clone of a snapshot in memory that has this id. */
  public VmRecord forked(String snapshot) {
    return with(state, snapshot, process, lease);
  }

  /** Returns this record with a lease that is about to be opened or renewed. */
  public VmRecord leased(LeaseEntry entry) {
    return with(State.LEASED, templateDigest, process, entry);
  }

  /** Returns this record as that of a VM that is about to be given away. */
  public VmRecord givenAway() {
    return with(State.GIVEN_AWAY, templateDigest, process, null);
  }

  /**
   * Returns this record as that of a VM whose customer is about to get it.
   *
   * @param served the route of the request
   * @param name hostname set in the guest
   * @param sizing vCPUs and memory that it really has
   * @param at when it was handed out
   */
  public VmRecord handedOut(String served, String name, Sizing sizing, Instant at) {
    return new VmRecord(
        VERSION,
        state,
        id,
        served,
        templateKey,
        templateDigest,
        name,
        sizing.vcpus(),
        sizing.memoryMib(),
        at.toString(),
        process,
        lease);
  }

  /** Returns the record of the VM with that size. */
  public VmRecord grown(Sizing sizing) {
    return handedOut(route, hostname, sizing, Instant.parse(madeAt));
  }

  /** Whether this daemon reads this format version. */
  boolean readable() {
    return version >= OLDEST && version <= VERSION;
  }

  /** Returns the id of the VM. */
  public VmId vmId() {
    return new VmId(id);
  }

  /** Returns vCPUs and memory of the VM, as far as the record has them. */
  public Sizing sizing() {
    return new Sizing(vcpus, memoryMib);
  }

  private VmRecord with(
      State newState,
      String digest,
      @Nullable ProcessEntry newProcess,
      @Nullable LeaseEntry newLease) {
    return new VmRecord(
        VERSION,
        newState,
        id,
        route,
        templateKey,
        digest,
        hostname,
        vcpus,
        memoryMib,
        madeAt,
        newProcess,
        newLease);
  }
}
