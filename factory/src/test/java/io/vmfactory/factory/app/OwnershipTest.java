package io.vmfactory.factory.app;

import static io.vmfactory.factory.app.TestFactory.any;
import static io.vmfactory.factory.app.TestFactory.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.configs.DaemonConfig;
import io.vmfactory.configs.UsersConfig;
import io.vmfactory.configs.VmFactoryConfig;
import io.vmfactory.factory.app.Attachments.DriveRequest;
import io.vmfactory.factory.app.Attachments.GrowRequest;
import io.vmfactory.factory.app.Attachments.NicRequest;
import io.vmfactory.factory.events.Events.Event;
import io.vmfactory.factory.events.Events.Kind;
import io.vmfactory.factory.journal.Journal;
import io.vmfactory.factory.journal.VmRecord;
import io.vmfactory.factory.journal.VmRecord.LeaseEntry;
import io.vmfactory.factory.request.DriveId;
import io.vmfactory.factory.request.ForkRequest;
import io.vmfactory.factory.request.GrantedFork;
import io.vmfactory.factory.request.GrantedVm;
import io.vmfactory.factory.request.Lease;
import io.vmfactory.factory.request.LeaseId;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.RequestException;
import io.vmfactory.factory.request.RequestException.Reason;
import io.vmfactory.factory.request.TestPeers;
import io.vmfactory.factory.request.VmRequest;
import io.vmfactory.scripted.vmm.FakeVm;
import io.vmfactory.vmm.DriveMode;
import io.vmfactory.vmm.VmExit;
import io.vmfactory.vmm.VmFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that a lease belongs to the user that got it, and what each user may have. */
final class OwnershipTest {
  private static final Peer ALICE = TestPeers.client(1001);
  private static final Peer BOB = TestPeers.client(1002);
  private static final Peer OPERATOR = TestPeers.administrator(1003);

  @TempDir private Path root;
  private TestFactory factory;

  @AfterEach
  void stop() {
    if (factory != null) {
      factory.close();
    }
  }

  private void start() {
    start(UsersConfig.defaults());
  }

  private void start(UsersConfig users) {
    VmFactoryConfig base = TestFactory.config(root, 16);
    DaemonConfig daemon = base.daemon();
    DaemonConfig limited =
        new DaemonConfig(
            daemon.stateDir(), daemon.runDir(), "", daemon.defaultDeadline(), 8, 16, users);
    VmFactoryConfig config =
        new VmFactoryConfig(
            limited,
            base.qemu(),
            base.factory(),
            base.leases(),
            base.pool(),
            base.metrics(),
            base.runtime());
    factory = new TestFactory(root, config, f -> f.template(1, 256));
  }

  private GrantedVm get(Peer client) {
    return factory.cases.vms().get(client, any(), soon());
  }

  private static void refused(Reason reason, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            RequestException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  /** Checks that for this client the lease does not exist, by every verb that takes one. */
  private void assertUnknown(Peer client, Lease lease) {
    String unknown = "no such lease: it was released, has expired, or its VM died";
    String file = root.resolve("t").toString();
    LeaseId id = lease.id();
    List<ThrowingCallable> calls =
        List.of(
            () -> factory.cases.vms().renew(client, id, Duration.ofSeconds(1)),
            () -> factory.cases.vms().release(client, id),
            () -> factory.cases.attachments().detachDrive(client, id, new DriveId("rw0"), soon()),
            () ->
                factory
                    .cases
                    .attachments()
                    .attachDrive(new DriveRequest(id, file, DriveMode.READ_ONLY, client), soon()),
            () ->
                factory
                    .cases
                    .attachments()
                    .attachNic(new NicRequest(id, file, "", client), soon()));
    for (ThrowingCallable call : calls) {
      assertThatThrownBy(call).isInstanceOf(RequestException.class).hasMessage(unknown);
      refused(Reason.NOT_FOUND, call);
    }
  }

  private Status status(Peer client) {
    return factory.cases.control().status(client, Control.Detail.WITH_MEMORY);
  }

  @Test
  void othersSeeAndTouchNothingOfALease() {
    start();
    Lease alices = get(ALICE).lease();
    Lease bobs = get(BOB).lease();
    assertThat(alices.uid()).isEqualTo(1001);
    for (Peer other : List.of(BOB, OPERATOR)) {
      assertUnknown(other, alices);
    }
    assertUnknown(ALICE, bobs);
    assertThat(status(ALICE).leases()).containsExactly(alices);
    assertThat(status(ALICE).vms())
        .singleElement()
        .satisfies(vm -> assertThat(vm.identity().id()).isEqualTo(alices.vmId()));
    assertThat(status(OPERATOR).leases()).isEmpty();
    assertThat(status(OPERATOR).vms()).isEmpty();
    assertThat(status(TestPeers.root()).leases()).containsExactly(alices, bobs);
    assertThat(status(Peer.daemon()).vms()).hasSize(2);
    assertThat(factory.cases.vms().renew(ALICE, alices.id(), null).uid()).isEqualTo(1001);
    factory.cases.vms().release(TestPeers.root(), bobs.id());
    factory.cases.vms().release(ALICE, alices.id());
  }

  @Test
  void whatHappensToAVmIsItsUsersNews() {
    start();
    List<Event> alices = listen(ALICE);
    List<Event> operators = listen(OPERATOR);
    List<Event> roots = listen(TestPeers.root());
    Lease lease = get(ALICE).lease();
    Lease other = get(BOB).lease();
    factory.cases.vms().renew(BOB, other.id(), null);
    factory.hypervisor.vm(other.vmId()).exit(new VmExit(1, 0, "oops"));
    factory.pass(Duration.ZERO);
    factory.cases.templates().delete(Peer.daemon(), factory.status().defaultKeys().get(0), soon());
    factory.cases.vms().release(ALICE, lease.id());
    assertThat(alices)
        .extracting(Event::kind)
        .containsExactly(Kind.VM_LEASED, Kind.TEMPLATE_DELETED, Kind.LEASE_RELEASED);
    assertThat(alices).allMatch(event -> !event.toString().contains(other.vmId().value()));
    int first = alices.get(0).seq(); // no gap tells of events of others
    assertThat(alices).extracting(Event::seq).containsExactly(first, first + 1, first + 2);
    assertThat(operators).extracting(Event::kind).containsExactly(Kind.TEMPLATE_DELETED);
    assertThat(roots).hasSizeGreaterThan(6).isEqualTo(factory.events);
    assertThat(status(ALICE).failures()).isEmpty();
    assertThat(status(OPERATOR).failures()).isEmpty();
    assertThat(status(BOB).failures())
        .singleElement()
        .satisfies(failure -> assertThat(failure.cause()).contains("ended by itself", "oops"));
    assertThat(status(TestPeers.root()).failures()).hasSize(1);
  }

  private List<Event> listen(Peer client) {
    List<Event> heard = new CopyOnWriteArrayList<>();
    factory
        .cases
        .control()
        .events()
        .subscribe(event -> client.maySee(event.owner(), event.vmId()), heard::add);
    return heard;
  }

  @Test
  void theNextDaemonKnowsWhoseALeaseIs() {
    start();
    Lease alices = get(ALICE).lease();
    factory = factory.successor(Duration.ZERO);
    assertUnknown(BOB, alices);
    assertThat(status(ALICE).leases()).extracting(Lease::uid).containsExactly(1001L);
    assertThat(factory.cases.vms().renew(ALICE, alices.id(), null).uid()).isEqualTo(1001);
  }

  @Test
  void aLeaseOfAnOlderDaemonBelongsToTheDaemonsUser() {
    start();
    GrantedVm granted = get(ALICE);
    VmFolder folder = granted.vm().folder();
    Journal journal = new Journal();
    VmRecord record = journal.read(folder).orElseThrow();
    LeaseEntry entry = record.lease();
    journal.write(
        folder,
        record.leased(
            new LeaseEntry(entry.id(), null, "old", entry.ttlMillis(), entry.expiresAt(), null)));
    factory = factory.successor(Duration.ZERO);
    assertUnknown(ALICE, granted.lease());
    assertThat(status(Peer.daemon()).leases())
        .extracting(Lease::uid)
        .containsExactly(Peer.daemon().user().uid());
  }

  @Test
  void aUsersOwnVmIsOpenToIt() throws IOException {
    start();
    Path alices = get(ALICE).vm().folder().path();
    Path roots = get(TestPeers.root()).vm().folder().path();
    assertThat(mode(alices)).isEqualTo("rwx--x---"); // the middle is the mask of the list
    assertThat(mode(alices.resolve("agent.sock.lock"))).isEqualTo("rw-rw----");
    assertThat(mode(alices.resolve("vm.json"))).isEqualTo("rw-------");
    assertThat(mode(alices.resolve("qmp.sock"))).doesNotStartWith("rwxrw");
    assertThat(mode(roots)).isEqualTo("rwx------");
    assertThat(roots.resolve("agent.sock.lock")).doesNotExist();
  }

  @Test
  void aForkBelongsToTheUserThatMadeIt() throws IOException {
    start(new UsersConfig("", 3, 0, 8));
    Lease source = get(ALICE).lease();
    GrantedVm fork = fork(ALICE, source, 1).vms().get(0);
    assertThat(fork.lease().uid()).isEqualTo(ALICE.user().uid());
    assertThat(mode(fork.vm().folder().path())).isEqualTo("rwx--x---");
    exhausted("max_vms_per_user", () -> fork(ALICE, source, 2));
    assertUnknown(BOB, fork.lease());
    assertThatThrownBy(() -> fork(BOB, source, 1)).hasMessageContaining("no such lease");
    fork(ALICE, source, 1);
  }

  private GrantedFork fork(Peer client, Lease source, int count) {
    ForkRequest request = new ForkRequest(source.id(), count, null, "");
    return factory.cases.vms().fork(client, request, soon());
  }

  private static String mode(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  @Test
  void aUserHasAsManyVmsAsOneUserMayHave() {
    start(new UsersConfig("", 2, 0, 8));
    Lease first = get(ALICE).lease();
    Lease second = get(ALICE).lease();
    exhausted("max_vms_per_user", () -> get(ALICE));
    get(BOB);
    for (int i = 0; i < 3; i++) {
      get(TestPeers.root());
    }
    factory.cases.vms().release(ALICE, first.id());
    get(ALICE);
    factory = factory.successor(Duration.ZERO);
    exhausted("max_vms_per_user", () -> get(ALICE));
    FakeVm vm = factory.hypervisor.vm(second.vmId());
    vm.exit(new VmExit(1, 0, ""));
    factory.pass(Duration.ZERO);
    get(ALICE);
  }

  @Test
  void aUserHasAsMuchMemoryAsOneUserMayHave() {
    start(new UsersConfig("", 0, 768, 8));
    Lease first = get(ALICE).lease();
    VmRequest large = TestFactory.sized(1, 512);
    assertThat(factory.cases.vms().get(ALICE, large, soon()).vm().sizing().memoryMib())
        .isGreaterThanOrEqualTo(512);
    exhausted("max_memory_per_user", () -> get(ALICE));
    factory.cases.vms().release(ALICE, first.id());
    exhausted("max_memory_per_user", () -> factory.cases.vms().get(ALICE, large, soon()));
    get(ALICE);
    get(BOB);
    factory.cases.vms().get(TestPeers.root(), TestFactory.sized(1, 1024), soon());
  }

  /** Each VM has 256 MiB, and so has the snapshot that the clones of one ForkVm share. */
  @Test
  void memoryThatForksShareCountsOnceUntilTheLastOfThemHasEnded() {
    start(new UsersConfig("", 0, 1280, 8));
    Lease source = get(ALICE).lease();
    exhausted("max_memory_per_user", () -> fork(source, 4));
    List<GrantedVm> forks = fork(source, 3);
    exhausted("max_memory_per_user", () -> get(ALICE));
    factory = factory.successor(Duration.ZERO);
    exhausted("max_memory_per_user", () -> get(ALICE));
    factory.cases.vms().release(ALICE, source.id());
    factory.cases.vms().renew(ALICE, forks.get(0).lease().id(), null);
    final Lease other = get(ALICE).lease();
    exhausted("max_memory_per_user", () -> get(ALICE));
    factory = factory.successor(Duration.ZERO);
    exhausted("max_memory_per_user", () -> get(ALICE));
    factory.cases.vms().release(ALICE, forks.get(0).lease().id());
    factory.cases.vms().release(ALICE, forks.get(1).lease().id());
    get(ALICE);
    get(ALICE);
    exhausted("max_memory_per_user", () -> get(ALICE));
    factory.cases.vms().release(ALICE, forks.get(2).lease().id());
    get(ALICE);
    get(ALICE);
    exhausted("max_memory_per_user", () -> get(ALICE));
    factory.cases.vms().release(ALICE, other.id());
    get(ALICE);
    get(BOB);
  }

  private List<GrantedVm> fork(Lease source, int count) {
    ForkRequest request = new ForkRequest(source.id(), count, null, "");
    return factory.cases.vms().fork(ALICE, request, soon()).vms();
  }

  @Test
  void aVmDoesNotGrowBeyondTheMemoryThatOneUserMayHave() {
    start(new UsersConfig("", 1, 768, 8));
    LeaseId lease = get(ALICE).lease().id();
    exhausted("max_memory_per_user", () -> grow(ALICE, lease, 1024));
    assertThat(grow(ALICE, lease, 512)).isEqualTo(512);
    refused(Reason.NOT_FOUND, () -> grow(BOB, lease, 512));
    assertThat(grow(TestPeers.root(), lease, 1024)).isEqualTo(1024);
  }

  private int grow(Peer client, LeaseId lease, int memoryMib) {
    GrowRequest request = new GrowRequest(lease, null, memoryMib, client);
    return factory.cases.attachments().grow(request, soon()).sizing().memoryMib();
  }

  private static void exhausted(String key, ThrowingCallable call) {
    refused(Reason.EXHAUSTED, call);
    assertThatThrownBy(call).hasMessageContaining(key);
  }
}
