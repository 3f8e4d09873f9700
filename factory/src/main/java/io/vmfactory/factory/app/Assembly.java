package io.vmfactory.factory.app;

import io.vmfactory.configs.VmFactoryConfig;
import io.vmfactory.factory.app.FactoryApp.Host;
import io.vmfactory.factory.app.FactoryApp.Rooms;
import io.vmfactory.factory.events.EventBus;
import io.vmfactory.factory.events.Failures;
import io.vmfactory.factory.journal.Journal;
import io.vmfactory.factory.lease.LeaseBook;
import io.vmfactory.factory.lease.SuspendedLeases;
import io.vmfactory.factory.recovery.Adopters;
import io.vmfactory.factory.recovery.DaemonAdopters;
import io.vmfactory.factory.recovery.Recovery;
import io.vmfactory.factory.recovery.StockAdopters;
import io.vmfactory.factory.recovery.Survivors;
import io.vmfactory.factory.recovery.TakeOver;
import io.vmfactory.factory.recovery.UnclaimedVms;
import io.vmfactory.factory.request.HostMemory;
import io.vmfactory.factory.routes.Admission;
import io.vmfactory.factory.routes.ColdSource;
import io.vmfactory.factory.routes.Customers;
import io.vmfactory.factory.routes.HandOuts;
import io.vmfactory.factory.routes.RequestsInFlight;
import io.vmfactory.factory.routes.Routes;
import io.vmfactory.factory.routes.Rules;
import io.vmfactory.factory.routes.Served;
import io.vmfactory.factory.routes.ShellSource;
import io.vmfactory.factory.routes.TemplateSource;
import io.vmfactory.factory.routes.VmSource;
import io.vmfactory.factory.routes.WarmSource;
import io.vmfactory.factory.stock.Stock;
import io.vmfactory.factory.stock.StockParts;
import io.vmfactory.factory.templates.KnownTemplates;
import io.vmfactory.factory.templates.TemplateCatalogue;
import io.vmfactory.factory.templates.TemplateChooser;
import io.vmfactory.factory.templates.TemplateNames;
import io.vmfactory.factory.templates.TemplateShares;
import io.vmfactory.factory.turns.RestoreTurns;
import io.vmfactory.factory.turns.RestoreTurns.Work;
import io.vmfactory.factory.vm.MemoryMeter;
import io.vmfactory.factory.vm.UniquenessGate;
import io.vmfactory.factory.vm.VmStarter;
import io.vmfactory.guest.SpecFactory;
import io.vmfactory.template.TemplateInfo;
import io.vmfactory.vmm.VmFolders;
import io.vmfactory.vmm.VmSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** The parts of the daemon's domain, each made once, and how they are put together. */
final class Assembly {
  private final VmFactoryConfig config;
  private final Rooms rooms;
  private final Host host;
  private final EventBus events;
  private final Failures failures;
  private final VmSpec spec;
  private final Journal journal = new Journal();
  private final RequestsInFlight inFlight = new RequestsInFlight();
  private final Served served = new Served();
  private final Admission admission;
  private final VmFolders folders;
  private final KnownTemplates templates;
  private final TemplateNames names;
  private final TemplateChooser chooser;
  private final Rules rules;
  private final SuspendedLeases suspended;
  private final LeaseBook leases;
  private final HostMemory memory;
  private final MemoryMeter meter;
  private final VmStarter starter;
  private final UniquenessGate uniqueness;
  private final RestoreTurns turns;
  private final Storing storing;
  private final Stock stock;
  private final TemplateShares shares;
  private final TemplateCatalogue catalogue;

  Assembly(VmFactoryConfig config, Rooms rooms, Host host) {
    this.config = config;
    this.rooms = rooms;
    this.host = host;
    events = new EventBus(host.clock(), host.listeners(), host.observer());
    failures = new Failures(host.clock(), events, host.observer());
    spec = SpecFactory.of(config.qemu(), rooms.hypervisor().info());
    admission = new Admission(config.daemon(), who -> host.processes().lives(who));
    folders = new VmFolders(config.daemon().runDir().toAbsolutePath().resolve("vm"));
    templates = new KnownTemplates(rooms.templates());
    names = new TemplateNames(templates, rooms.names());
    chooser = new TemplateChooser(templates, spec);
    rules = new Rules(config, names);
    suspended =
        new SuspendedLeases(rooms.suspensions(), host.clock(), host.scheduler(), events, failures);
    leases = new LeaseBook(suspended, host.clock(), host.scheduler(), events, failures);
    memory = new HostMemory(host.proc());
    meter = new MemoryMeter(host.proc());
    starter = new VmStarter(folders, journal, host.clock());
    uniqueness = new UniquenessGate(rooms.agents(), host.clock());
    turns =
        new RestoreTurns(
            restoresAtOnce(config),
            config.pool().maxWaiting(),
            host.threads().clock(),
            Work.MAKE_VM);
    storing = new Storing(storingTurns(), memory, inFlight, host.observer());
    stock = stock();
    shares = new TemplateShares(config.daemon().users().maxTemplatesMib(), suspended::diskBytes);
    catalogue = new TemplateCatalogue(templates, chooser, rooms.names(), shares, stock);
  }

  /** Returns how many VMs may be restored or booted at once. */
  static int restoresAtOnce(VmFactoryConfig config) {
    int configured = config.pool().restoresAtOnce();
    return configured > 0 ? configured : Runtime.getRuntime().availableProcessors();
  }

  /** A half: storing is work for CPU and disk, and requests for VMs go on beside it. */
  private RestoreTurns storingTurns() {
    return new RestoreTurns(
        Math.max(1, restoresAtOnce(config) / 2),
        config.pool().maxWaiting(),
        host.threads().clock(),
        Work.STORE_SNAPSHOT);
  }

  private Stock stock() {
    StockParts kit =
        new StockParts(
            templates, starter, uniqueness, host.observer(), meter, config.factory().answerLimit());
    return new Stock(config.pool(), kit, turns, host.threads(), new StockNews(events, failures));
  }

  /** Takes over what earlier daemons left, begins to fill the stock, and is ready to serve. */
  Verbs begin() {
    Path overlays = Overlays.sweep(config.daemon().overlayDir());
    if (config.factory().enableTemplate()) {
      catalogue.sweep();
      catalogue.sync();
    }
    suspended.begin();
    // Begin only after the last idle VM is taken over; otherwise another is made in its place.
    CompletionStage<Void> recovered = recovery().run(folders.root()).thenRun(stock::start);
    return verbs(overlays, recovered);
  }

  private Recovery recovery() {
    List<TemplateInfo> stored = templates.known();
    StockAdopters ofStock =
        new StockAdopters(
            stock, templates, rooms.agents(), stored, host.clock(), host.threads().upkeep());
    Adopters adopters = new DaemonAdopters(stored, spec, leases, admission, ofStock, failures);
    TakeOver takeOver = new TakeOver(rooms.hypervisor(), host.processes(), journal, adopters);
    return new Recovery(new Survivors(journal, host.processes(), takeOver, adopters));
  }

  private Verbs verbs(Path overlays, CompletionStage<Void> recovered) {
    return new Verbs(
        vmVerbs(overlays),
        pauseVerbs(overlays),
        attachmentVerbs(overlays),
        new TemplateVerbs(createTemplate(), snapshotVm(overlays), names, catalogue, events),
        new PoolVerbs(names, stock, events),
        new ControlVerbs(
            getStatus(),
            new Shutdown(inFlight, turns, recovered, stock, leases, suspended, admission, events),
            events));
  }

  private ForkMaker forkMaker(Path overlays) {
    return new ForkMaker(rooms.hypervisor(), starter, uniqueness, overlays);
  }

  private VmVerbs vmVerbs(Path overlays) {
    HandOuts handOuts = handOuts();
    return new VmVerbs(
        new GetVm(rules, handOuts, uniqueness, leases),
        new GetBaseVm(rules, handOuts, uniqueness, events),
        new ForkVm(rules, handOuts, leases, forkMaker(overlays), memory),
        rules,
        leases,
        suspended,
        new UnclaimedVms(folders, journal, host.processes()));
  }

  private PauseVerbs pauseVerbs(Path overlays) {
    SuspendVm.Store store =
        new SuspendVm.Store(
            rooms.suspensions(), suspended, templates, shares, overlays, host.clock());
    return new PauseVerbs(
        new PauseVm(leases, uniqueness, host.observer()),
        new SuspendVm(rules, leases, store, storing),
        new ResumeSuspended(handOuts(), leases, rooms.suspensions(), forkMaker(overlays), memory),
        rules,
        leases,
        suspended);
  }

  private AttachmentVerbs attachmentVerbs(Path overlays) {
    return new AttachmentVerbs(
        new GrowVm(rules, leases, uniqueness, memory, host.observer()),
        new AttachDrive(leases, overlays, host.observer()),
        new NicVerbs(leases, host.observer()),
        leases);
  }

  private HandOuts handOuts() {
    Customers customers = new Customers(turns.stats().limit(), stock::pause, host.scheduler());
    Routes routes =
        new Routes(sources(), customers, turns, failures, config.factory().answerLimit());
    return new HandOuts(inFlight, admission, routes, served, host.observer());
  }

  private List<VmSource> sources() {
    VmSource cold = new ColdSource(spec, rooms.hypervisor(), starter, memory);
    return config.factory().enableTemplate()
        ? List.of(
            new WarmSource(chooser, stock, memory, host.clock()),
            new ShellSource(chooser, stock, memory, host.clock()),
            new TemplateSource(chooser, templates, starter, memory),
            cold)
        : List.of(cold);
  }

  private CreateTemplate createTemplate() {
    return new CreateTemplate(
        rules, catalogue, spec, inFlight, admission, memory, events, failures);
  }

  private SnapshotVm snapshotVm(Path overlays) {
    SnapshotVm.Store store = new SnapshotVm.Store(catalogue, names, events, overlays);
    return new SnapshotVm(rules, leases, store, storing);
  }

  private GetStatus getStatus() {
    return new GetStatus(
        host.clock().now(),
        rooms.hypervisor().info(),
        catalogue,
        names,
        new VmList(leases, suspended, admission, meter),
        failures,
        served,
        stock);
  }
}
