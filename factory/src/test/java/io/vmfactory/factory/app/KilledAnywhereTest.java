package io.vmfactory.factory.app;

import static io.vmfactory.factory.app.TestFactory.any;
import static io.vmfactory.factory.app.TestFactory.on;
import static io.vmfactory.factory.app.TestFactory.soon;
import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.factory.app.Attachments.GrowRequest;
import io.vmfactory.factory.app.TemplateDesk.TemplateRequest;
import io.vmfactory.factory.journal.Journal;
import io.vmfactory.factory.journal.VmRecord.State;
import io.vmfactory.factory.request.ForkRequest;
import io.vmfactory.factory.request.GrantedVm;
import io.vmfactory.factory.request.Lease;
import io.vmfactory.factory.request.LeaseId;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.Route;
import io.vmfactory.factory.request.SnapshotRequest;
import io.vmfactory.factory.request.SuspendRequest;
import io.vmfactory.factory.request.TemplateView;
import io.vmfactory.factory.request.VmRequest;
import io.vmfactory.scripted.vmm.FakeVm;
import io.vmfactory.template.SuspendedVm;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmPhase;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Tests that a daemon can be killed between any two steps, those of its own recovery included: the
 * next one has every VM that a customer may know of, and no other VM is left.
 */
@Tag("exhaustive")
@Timeout(120)
@Execution(ExecutionMode.CONCURRENT)
final class KilledAnywhereTest {
  @TempDir private Path root;

  /** What a daemon does when it is killed. One VM is leased already. */
  private enum Deed {
    CLONE(2) {
      @Override
      void run(TestFactory factory) {
        factory.get(on(Route.TEMPLATE));
      }
    },
    BOOT(2) {
      @Override
      void run(TestFactory factory) {
        factory.get(on(Route.COLD));
      }
    },
    GROW(2) {
      @Override
      void run(TestFactory factory) {
        factory.get(TestFactory.sized(2, 512, Route.TEMPLATE));
      }
    },
    GROW_LEASED(1) {
      @Override
      void run(TestFactory factory) {
        GrowRequest request = new GrowRequest(onlyLease(factory), 2, 512, Peer.daemon());
        factory.cases.attachments().grow(request, soon());
        factory.cases.attachments().grow(request, soon());
      }
    },
    FORK(3) {
      @Override
      void run(TestFactory factory) {
        factory
            .cases
            .vms()
            .fork(Peer.daemon(), new ForkRequest(onlyLease(factory), 2, null, ""), soon());
      }
    },
    SNAPSHOT(1) {
      @Override
      void run(TestFactory factory) {
        snapshot(factory, false);
      }
    },
    SNAPSHOT_AND_END(0) {
      @Override
      void run(TestFactory factory) {
        snapshot(factory, true);
      }
    },
    PRUNE(1) {
      @Override
      void run(TestFactory factory) {
        snapshot(factory, false);
        snapshot(factory, false);
        factory.cases.templates().prune(Peer.daemon(), "", 0, soon());
        factory.cases.templates().delete(Peer.daemon(), "python", soon());
      }
    },
    ROLL_BACK(1) {
      @Override
      void run(TestFactory factory) {
        snapshot(factory, false);
        snapshot(factory, false);
        factory.cases.templates().rollBack(Peer.daemon(), "python", 1);
      }
    },
    COPY_WHILE_PAUSED(2) {
      @Override
      void run(TestFactory factory) {
        LeaseId source = onlyLease(factory);
        factory.cases.pauses().pause(Peer.daemon(), source, soon());
        snapshot(factory, false);
        factory.cases.vms().fork(Peer.daemon(), new ForkRequest(source, 1, null, ""), soon());
      }
    },
    GIVE_AWAY(1) {
      @Override
      void run(TestFactory factory) {
        factory.cases.vms().getBase(Peer.daemon(), any(), soon());
      }
    },
    PAUSE_AND_RESUME(1) {
      @Override
      void run(TestFactory factory) {
        factory.cases.pauses().pause(Peer.daemon(), onlyLease(factory), soon());
        factory.cases.pauses().resume(Peer.daemon(), onlyLease(factory), null, soon());
      }
    },
    SUSPEND(0) {
      @Override
      void run(TestFactory factory) {
        suspend(factory);
      }
    },
    SUSPEND_AND_RESUME(1) {
      @Override
      void run(TestFactory factory) {
        LeaseId lease = suspend(factory);
        factory.cases.vms().renew(Peer.daemon(), lease, null);
        factory.cases.pauses().resume(Peer.daemon(), lease, null, soon());
      }
    },
    SUSPEND_AND_RELEASE(0) {
      @Override
      void run(TestFactory factory) {
        factory.cases.vms().release(Peer.daemon(), suspend(factory));
      }
    },
    RENEW(1) {
      @Override
      void run(TestFactory factory) {
        factory.cases.vms().renew(Peer.daemon(), onlyLease(factory), null);
      }
    },
    RELEASE(0) {
      @Override
      void run(TestFactory factory) {
        factory.cases.vms().release(Peer.daemon(), onlyLease(factory));
      }
    },
    BUILD(1) {
      @Override
      void run(TestFactory factory) {
        TemplateRequest request = new TemplateRequest(2, 512, true, TemplateUseCasesTest.SILENT);
        factory.cases.templates().create(request, soon());
      }
    },
    KEEP(1) {
      @Override
      void run(TestFactory factory) {
        factory.cases.control().shutdown(Control.AtEnd.KEEP_VMS, soon());
      }
    },
    SHUT_DOWN(0) {
      @Override
      void run(TestFactory factory) {
        factory.cases.control().shutdown(Control.AtEnd.END_VMS, soon());
      }
    },
    /** The daemon only starts: it recovers. */
    START(1) {
      @Override
      void run(TestFactory factory) {}
    };

    final int leasedAfterwards;
    final boolean mayEndTheVm;

    Deed(int leasedAfterwards) {
      this.leasedAfterwards = leasedAfterwards;
      this.mayEndTheVm = leasedAfterwards == 0;
    }

    abstract void run(TestFactory factory);

    boolean suspends() {
      return name().startsWith("SUSPEND");
    }

    private static void snapshot(TestFactory factory, boolean end) {
      SnapshotRequest request =
          new SnapshotRequest(onlyLease(factory), "python", new TreeMap<>(), "", end);
      factory.cases.templates().snapshot(Peer.daemon(), request, soon());
    }

    private static LeaseId suspend(TestFactory factory) {
      LeaseId lease = onlyLease(factory);
      SuspendRequest request = new SuspendRequest(lease, null, new TreeMap<>(), "");
      factory.cases.pauses().suspend(Peer.daemon(), request, soon());
      return lease;
    }

    private static LeaseId onlyLease(TestFactory factory) {
      return factory.status().leases().get(0).id();
    }
  }

  @ParameterizedTest
  @EnumSource
  void nothingIsLostAndNothingIsLeft(Deed deed) {
    int steps = 0;
    while (!finishedWithin(steps, deed)) {
      steps++;
    }
    assertThat(steps).as("steps of %s", deed).isGreaterThan(deed == Deed.START ? 3 : 6);
  }

  /** Kills a daemon after that many steps, unless it has done {@code deed} before. */
  private boolean finishedWithin(int count, Deed deed) {
    TestFactory first = new TestFactory(root.resolve(Integer.toString(count)));
    first.template(1, 256);
    GrantedVm known = first.get(any());
    TestFactory.World world = first.kill();
    Steps steps = new Steps(count);
    CompletableFuture<Void> done = new CompletableFuture<>();
    Thread daemon = begin(world, steps, deed, done);
    soon()
        .await(
            CompletableFuture.anyOf(done, steps.stopped().toCompletableFuture()),
            deed + " or the daemon's end");
    boolean finished = done.isDone();
    steps.stop();
    soon().await(CompletableFuture.anyOf(done, steps.parked(daemon)), "the daemon to stand still");
    world.agents().connected().clear();
    check(world, known, deed, finished);
    return finished;
  }

  private static Thread begin(
      TestFactory.World world, Steps steps, Deed deed, CompletableFuture<Void> done) {
    Thread daemon =
        new Thread(
            () -> {
              try {
                deed.run(new TestFactory(world, next -> {}, steps));
                done.complete(null);
              } catch (RuntimeException | Error e) {
                done.completeExceptionally(e);
              }
            },
            "killed daemon");
    daemon.setDaemon(true);
    daemon.start();
    return daemon;
  }

  private static void check(TestFactory.World world, GrantedVm known, Deed deed, boolean finished) {
    TestFactory next = world.daemon();
    Set<VmId> leased = leased(next);
    assertThat(leased).isEqualTo(alive(world));
    assertThat(folders(next)).isEqualTo(owned(world, leased));
    checkTemplates(next);
    checkSuspended(next, known.requireLease().id(), deed);
    if (!deed.mayEndTheVm && !deed.suspends()) {
      assertThat(leased).contains(known.vm().identity().id());
    }
    if (finished) {
      assertThat(leased).hasSize(deed.leasedAfterwards);
    }
    next.kill();
    try (TestFactory again = world.daemon()) {
      assertThat(leased(again)).isEqualTo(leased);
      assertThat(again.status().failures()).isEmpty();
    }
    assertThat(alive(world)).isEmpty();
  }

  /** Each snapshot has a name that leads to it, and each name leads to a snapshot or says so. */
  private static void checkTemplates(TestFactory next) {
    List<TemplateView> snapshots =
        next.cases.templates().list(Peer.daemon()).stream()
            .filter(template -> !template.info().isBuilt())
            .toList();
    for (TemplateView snapshot : snapshots) {
      assertThat(snapshot.name()).isEqualTo("python");
      GrantedVm clone =
          next.get(
              new VmRequest(
                  "", null, null, null, List.of(Route.TEMPLATE), "", "", snapshot.label()));
      assertThat(clone.vm().templateKey()).isEqualTo(snapshot.key().hex());
      next.cases.vms().release(Peer.daemon(), clone.lease().id());
    }
  }

  /** A VM is leased or suspended, never both; each snapshot of a suspended VM has its record. */
  private static void checkSuspended(TestFactory next, LeaseId known, Deed deed) {
    List<SuspendedVm> suspended = next.status().suspended();
    assertThat(next.suspensions.snapshots().list())
        .extracting(snapshot -> snapshot.key().hex())
        .isEqualTo(suspended.stream().map(vm -> vm.stored().key()).toList());
    boolean leased = next.status().leases().stream().anyMatch(lease -> lease.id().equals(known));
    if (deed.suspends() && deed != Deed.SUSPEND_AND_RELEASE) {
      assertThat(leased).isNotEqualTo(suspended.size() == 1);
    }
    for (SuspendedVm vm : suspended) {
      assertThat(leased).isFalse();
      assertThat(vm.lease()).isEqualTo(known.value());
      GrantedVm resumed = next.cases.pauses().resume(Peer.daemon(), known, null, soon()).granted();
      assertThat(resumed.vm().phase()).isEqualTo(VmPhase.RUNNING);
      assertThat(next.status().suspended()).isEmpty();
      assertThat(next.suspensions.snapshots().list()).isEmpty();
      next.cases.vms().release(Peer.daemon(), known);
    }
  }

  private static Set<VmId> leased(TestFactory factory) {
    return ids(factory.status().leases().stream().map(Lease::vmId));
  }

  /** Returns the VMs that were not given away. */
  private static Set<VmId> alive(TestFactory.World world) {
    return ids(
        world.hypervisor().vms().stream()
            .filter(vm -> vm.phase() != VmPhase.EXITED && !isGivenAway(vm))
            .map(vm -> vm.identity().id()));
  }

  private static boolean isGivenAway(FakeVm vm) {
    return new Journal()
        .read(vm.launch().folder())
        .filter(record -> record.state() == State.GIVEN_AWAY)
        .isPresent();
  }

  private static Set<VmId> owned(TestFactory.World world, Set<VmId> leased) {
    Stream<VmId> givenAway =
        world.hypervisor().vms().stream()
            .filter(KilledAnywhereTest::isGivenAway)
            .map(vm -> vm.identity().id());
    return ids(Stream.concat(leased.stream(), givenAway));
  }

  private static Set<VmId> folders(TestFactory factory) {
    return ids(factory.folders().stream().map(path -> new VmId(path.getFileName().toString())));
  }

  private static Set<VmId> ids(Stream<VmId> stream) {
    return stream.collect(Collectors.toSet());
  }
}
