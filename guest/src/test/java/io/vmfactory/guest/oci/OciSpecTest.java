package io.vmfactory.guest.oci;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.vmfactory.api.kata.LinuxResources;
import io.vmfactory.api.kata.Spec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OciSpecTest {
  /** The smallest valid specification; tests change one thing in it. */
  private static final String LEAST =
      "{'ociVersion':'1.0.2','process':{'args':['sh'],'cwd':'/'},'root':{'path':'rootfs'}}";

  private static OciSpec parse(String json) {
    return OciSpec.parse(json.replace('\'', '"').getBytes(UTF_8));
  }

  private static List<String> problems(String json) {
    return catchThrowableOfType(OciSpecException.class, () -> parse(json)).problems();
  }

  /** Returns {@link #LEAST} with {@code properties} in its process. */
  private static String process(String properties) {
    return LEAST.replace("'cwd':'/'", "'cwd':'/'," + properties);
  }

  private static String linux(String properties) {
    return LEAST.replace("'root'", "'linux':{" + properties + "},'root'");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void everySpecificationComesBackFromItsJson(long seed) throws IOException {
    RandomSpec random = new RandomSpec(seed);
    for (int i = 0; i < 100; i++) {
      Spec spec = random.next();
      byte[] json = new ObjectMapper().writeValueAsBytes(RandomSpec.json(spec));

      OciSpec parsed = OciSpec.parse(json);

      assertThat(parsed.proto()).as("seed %d, spec %d", seed, i).isEqualTo(spec);
      assertThat(parsed.ignored()).isEmpty();
    }
  }

  @Test
  void whatCrunProposesIsUnderstood(@TempDir Path folder) throws Exception {
    Process crun =
        new ProcessBuilder("crun", "spec").directory(folder.toFile()).inheritIO().start();
    assertThat(crun.waitFor(10, TimeUnit.SECONDS)).isTrue();

    OciSpec spec = OciSpec.parse(Files.readAllBytes(folder.resolve("config.json")));

    assertThat(spec.ignored()).isEmpty();
    assertThat(spec.process().args()).containsExactly("sh");
    assertThat(spec.process().terminal()).isTrue();
    assertThat(spec.rootPath()).isEqualTo("rootfs");
    assertThat(spec.rootReadonly()).isTrue();
    assertThat(spec.mounts()).hasSize(7).noneMatch(OciMount::isBind);
    assertThat(spec.proto().getProcess().getRlimits(0).getHard()).isEqualTo(1024);
    assertThat(spec.proto().getProcess().getCapabilities().getBoundingList())
        .contains("CAP_NET_BIND_SERVICE");
    assertThat(spec.proto().getLinux().getMaskedPathsList()).contains("/proc/kcore");
    assertThat(spec.proto().getLinux().getNamespacesCount()).isEqualTo(5);
  }

  @Test
  void allProblemsAreReportedAtOnce() {
    assertThat(
            problems(
                "{'process':{'args':[1,'x'],'env':['OK=1','bad'],'cwd':'srv','terminal':'yes',"
                    + "'user':{'uid':-1,'gid':4294967296},'rlimits':[{'type':'RLIMIT_CORE','soft':1}]},"
                    + "'root':[],'mounts':[{'type':'proc'},{'destination':'x'},7,{'destination':'/x'}],"
                    + "'annotations':{'a.b':1},"
                    + "'linux':{'namespaces':[{'type':'net'}],'resources':{'memory':{'limit':1.5}}}}"))
        .containsExactlyInAnyOrder(
            "ociVersion: missing",
            "process.args[0]: must be a text, is a number",
            "process.env[1]: must be NAME=value",
            "process.cwd: must be an absolute path, is \"srv\"",
            "process.terminal: must be true or false, is a text",
            "process.user.uid: must be 0..2147483647, is -1",
            "process.user.gid: must be 0..2147483647, is 4294967296",
            "process.rlimits[0].hard: missing",
            "root: must be an object, is a list",
            "mounts[0].destination: missing",
            "mounts[1].destination: must be an absolute path, is \"x\"",
            "mounts[1].type: missing; name a file system, or add \"bind\" to the options",
            "mounts[2]: must be an object, is a number",
            "mounts[3].type: missing; name a file system, or add \"bind\" to the options",
            "annotations[\"a.b\"]: must be a text, is a number",
            "linux.namespaces[0].type: must be one of cgroup, ipc, mount, network, pid, user, uts",
            "linux.resources.memory.limit: must be a whole number, is 1.5");
  }

  @Test
  void whatMustBeThereIsNamedWhenItIsNot() {
    assertThat(problems("{}"))
        .containsExactly("ociVersion: missing", "process: missing", "root: missing");
    assertThat(problems("{'ociVersion':'1.0.0','process':{'args':null},'root':{}}"))
        .containsExactly("process.args: missing", "process.cwd: missing", "root.path: missing");
    assertThat(problems(LEAST.replace("['sh']", "[]")))
        .containsExactly("process.args: must hold at least the program");
    assertThat(problems(LEAST.replace("1.0.2", "2.0.0")))
        .containsExactly("ociVersion: must be 1.x.y, is \"2.0.0\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "{'a':1,}",
        "{'a':1} {}",
        "{'ociVersion':'1.0.0','ociVersion':'1.0.0'}",
        "{'a':'\t'}"
      })
  void invalidJsonIsReportedWithItsPlace(String json) {
    assertThat(problems(json))
        .singleElement()
        .asString()
        .matches("(?s)(line \\d+, column \\d+|config.json): .+");
  }

  @Test
  void theFormOfTheFileIsJudgedFirst() {
    assertThat(problems("[1]")).containsExactly("config.json: must be an object, is a list");
    assertThat(problems("{\n  'process': oops\n}").get(0)).startsWith("line 2, column ");
    assertThat(
            catchThrowableOfType(
                    OciSpecException.class, () -> OciSpec.parse(new byte[OciSpec.MAX_BYTES + 1]))
                .problems())
        .containsExactly("config.json: has 1048577 bytes, the limit is 1048576");
    byte[] latin1 = "{\"ociVersion\":\"é\"}".getBytes(StandardCharsets.ISO_8859_1);
    assertThat(catchThrowableOfType(OciSpecException.class, () -> OciSpec.parse(latin1)).problems())
        .singleElement()
        .asString()
        .startsWith("line 1, column ")
        .contains("UTF-8");
  }

  @Test
  void aTextThatTheGuestCouldNotHoldIsRefused() {
    assertThat(problems(LEAST.replace("'sh'", "'s\\u0000h'")))
        .containsExactly("process.args[0]: must not hold a NUL");
    assertThat(problems(LEAST.replace("'sh'", "'\\ud800'")))
        .containsExactly("process.args[0]: is not valid Unicode");
    assertThat(problems(LEAST.replace("'root'", "'annotations':{'a':'\\u0000'},'root'")))
        .containsExactly("annotations: must not hold a NUL");
  }

  @Test
  void whatIsNotKnownIsIgnoredAndListed() {
    OciSpec spec =
        parse(
            LEAST.replace(
                "'root'", "'x-new':{'deep':1},'windows':{'x':1},'linux':{'x-more':{}},'root'"));

    assertThat(spec.ignored()).containsExactly("x-new", "windows", "linux.x-more");
    assertThat(spec.withHostname("h").ignored()).hasSize(3);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "`timeOffsets`:{`monotonic`:{`secs`:1}} | linux.timeOffsets",
        "`personality`:{`domain`:`LINUX32`} | linux.personality",
        "`resources`:{`unified`:{`io.max`:`8:0 rbps=1`}} | linux.resources.unified[`io.max`]",
        "`resources`:{`unified`:{`memory.high`:`much`}} | linux.resources.unified[`memory.high`]",
        "`resources`:{`memory`:{`swappiness`:10}} | linux.resources.memory.swappiness",
        "`resources`:{`memory`:{`kernel`:4096}} | linux.resources.memory.kernel",
        "`resources`:{`memory`:{`swap`:1048576}} | linux.resources.memory.swap",
        "`resources`:{`cpu`:{`realtimeRuntime`:950000}} | linux.resources.cpu.realtimeRuntime",
        "`resources`:{`cpu`:{`cpus`:`all`}} | linux.resources.cpu.cpus",
        "`resources`:{`cpu`:{`burst`:2000,`quota`:1000}} | linux.resources.cpu.burst",
        "`resources`:{`hugepageLimits`:[{`pageSize`:`64KB`,`limit`:1}]} |"
            + " linux.resources.hugepageLimits[0].pageSize",
        "`sysctl`:{`kernel.pid_max`:`1`} | linux.sysctl[`kernel.pid_max`]",
        "`sysctl`:{`kernel.hostname`:`h`} | linux.sysctl[`kernel.hostname`]",
        "`sysctl`:{`net.../kernel`:`1`} | linux.sysctl[`net.../kernel`]",
        "`namespaces`:[{`type`:`time`}] | linux.namespaces[0].type",
        "`namespaces`:[{`type`:`pid`},{`type`:`pid`}] | linux.namespaces[1].type",
        "`uidMappings`:[{`containerID`:0,`hostID`:1,`size`:1}] | linux.uidMappings",
        "`cgroupsPath`:`/a/../b` | linux.cgroupsPath",
        "`rootfsPropagation`:`public` | linux.rootfsPropagation",
        "`devices`:[{`path`:`/dev/x`,`type`:`c`,`major`:4096,`minor`:0}] | linux.devices[0].major",
        "`seccomp`:{`defaultAction`:`SCMP_ACT_ALLOW`,`listenerPath`:`/s`} |"
            + " linux.seccomp.listenerPath",
        "`netDevices`:{`eth0`:{}} | linux.netDevices"
      })
  void whatWouldIsolateLessWhenLeftOutIsRefused(String property, String path) {
    assertThat(problems(linux(property.replace('`', '\''))))
        .singleElement()
        .asString()
        .startsWith(path.replace('`', '"') + ": ");
  }

  @Test
  void anErrorNumberNeedsAnActionThatReturnsIt() {
    String call = "'syscalls':[{'names':['a'],'action':'SCMP_ACT_KILL','errnoRet':1}]";
    assertThat(
            problems(
                linux(
                    "'seccomp':{'defaultAction':'SCMP_ACT_ALLOW','defaultErrnoRet':1,"
                        + call
                        + "}")))
        .extracting(problem -> problem.replaceAll(":.*", ""))
        .containsExactly("linux.seccomp.defaultErrnoRet", "linux.seccomp.syscalls[0].errnoRet");
  }

  @Test
  void soAreHooksIdMappingsOfMountsAndSchedulers() {
    assertThat(problems(process("'scheduler':{'policy':'SCHED_FIFO'},'user':{'umask':512}")))
        .extracting(problem -> problem.replaceAll(":.*", ""))
        .containsExactly("process.scheduler", "process.user.umask");
    assertThat(
            problems(
                LEAST.replace(
                    "'root'",
                    "'hooks':{'prestart':[{'path':'/bin/x'}],'createRuntime':[]},"
                        + "'mounts':[{'destination':'/a','type':'tmpfs'},"
                        + "{'destination':'/b','type':'tmpfs','uidMappings':[{'size':1}]}],'root'")))
        .extracting(problem -> problem.replaceAll(":.*", ""))
        .containsExactlyInAnyOrder("hooks.prestart", "mounts[1].uidMappings");
  }

  @ParameterizedTest
  @CsvSource({
    "/a/, /a",
    "//a/./b, /a/b",
    "/a/../b, /b",
    "/../a, /a",
    "/a/b/.., /a",
    "/.a/..b, /.a/..b"
  })
  void aMountHasTheShortestFormOfItsPlace(String place, String shortest) {
    assertThat(parse(mountAt(place)).mounts())
        .singleElement()
        .extracting(OciMount::destination)
        .isEqualTo(shortest);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "//", "/.", "/a/..", "/../.."})
  void noMountHidesTheRoot(String place) {
    assertThat(problems(mountAt(place)))
        .containsExactly(
            "mounts[0].destination: must be below /: a mount on / hides the root file system");
    assertThatThrownBy(
            () -> OciSpec.standard().withMount(new OciMount(place, "tmpfs", "x", List.of())))
        .hasMessageContaining("must be below /");
  }

  private static String mountAt(String place) {
    return LEAST.replace(
        "'root'", "'mounts':[{'destination':'" + place + "','type':'tmpfs'}],'root'");
  }

  @Test
  void suchAPropertyThatSaysNothingIsFine() {
    assertThat(parse(linux("'timeOffsets':{},'personality':null")).proto().hasLinux()).isTrue();
    assertThat(parse(process("'user':{'umask':18}")).process().args()).containsExactly("sh");
  }

  @Test
  void theStandardSpecificationPassesItsOwnRules() throws IOException {
    byte[] json = new ObjectMapper().writeValueAsBytes(RandomSpec.json(OciSpec.standard().proto()));

    assertThat(OciSpec.parse(json)).isEqualTo(OciSpec.standard());
  }

  @Test
  void aSpecificationIsChangedByMakingAnother() {
    OciSpec spec =
        OciSpec.standard()
            .with(
                process ->
                    process
                        .withArgs(List.of("/bin/cat", "-u"))
                        .withEnv(List.of("PATH=/bin", "LANG=C"))
                        .withCwd("/srv")
                        .withUser(2147483647L, 7, List.of(8L))
                        .withTerminal(true)
                        .withTerminalSize(24, 80))
            .withHostname("box")
            .withRoot("/run/x/rootfs", true)
            .withMount(new OciMount("/data", "bind", "/run/x/data", List.of("rbind", "ro")));

    var process = spec.proto().getProcess();
    assertThat(process.getArgsList()).containsExactly("/bin/cat", "-u");
    assertThat(process.getEnvList()).containsExactly("PATH=/bin", "LANG=C");
    assertThat(process.getUser().getUID()).isEqualTo(Integer.MAX_VALUE);
    assertThat(process.getUser().getAdditionalGidsList()).containsExactly(8);
    assertThat(process.getConsoleSize().getWidth()).isEqualTo(80);
    assertThat(spec.rootPath()).isEqualTo("/run/x/rootfs");
    assertThat(spec.rootReadonly()).isTrue();
    assertThat(spec.mounts()).hasSize(8).last().matches(OciMount::isBind);
    assertThat(spec.proto().getHostname()).isEqualTo("box");
    assertThat(OciSpec.standard().process().args()).containsExactly("sh");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "2147483648", "4294967294", "4294967295", "18446744073709551616"})
  void anIdThatIsNoneIsRefusedWhereverItEnters(String id) {
    String range = "must be 0..2147483647, is " + id;
    assertThat(problems(process("'user':{'uid':" + id + "}")))
        .containsExactly("process.user.uid: " + range);
    assertThat(problems(process("'user':{'gid':" + id + "}")))
        .containsExactly("process.user.gid: " + range);
    assertThat(problems(process("'user':{'additionalGids':[0," + id + "]}")))
        .containsExactly("process.user.additionalGids[1]: " + range);
    if (id.length() < 19) {
      long number = Long.parseLong(id);
      OciProcess process = OciSpec.standard().process();
      assertThat(refused(() -> process.withUser(number, 0, List.of()))).endsWith(range);
      assertThat(refused(() -> process.withUser(0, number, List.of()))).endsWith(range);
      assertThat(refused(() -> process.withUser(0, 0, List.of(number)))).endsWith(range);
    }
  }

  @Test
  void limitsAreSetOneByOne() {
    OciSpec spec =
        OciSpec.standard()
            .withLimits(new ResourceLimits(1L << 20, null, null, 512L, null))
            .withLimits(new ResourceLimits(null, 50_000L, 100_000L, null, 10L));

    LinuxResources resources = spec.proto().getLinux().getResources();
    assertThat(resources.getMemory().getLimit()).isEqualTo(1L << 20);
    assertThat(resources.getCPU().getShares()).isEqualTo(512);
    assertThat(resources.getCPU().getQuota()).isEqualTo(50_000);
    assertThat(resources.getCPU().getPeriod()).isEqualTo(100_000);
    assertThat(resources.getPids().getLimit()).isEqualTo(10);
    assertThat(resources.getDevicesCount()).isEqualTo(1);
  }

  @Test
  void aChangeThatCannotBeIsRefusedByPath() {
    OciProcess process = OciSpec.standard().process();
    assertThat(refused(() -> process.withArgs(List.of()))).startsWith("process.args: ");
    assertThat(refused(() -> process.withArgs(List.of("a\0")))).startsWith("process.args[0]: ");
    assertThat(refused(() -> process.withEnv(List.of("=x")))).startsWith("process.env[1]: ");
    assertThat(refused(() -> process.withCwd("tmp"))).startsWith("process.cwd: ");
    assertThat(refused(() -> process.withUser(0, -1, List.of()))).startsWith("process.user.gid: ");
    assertThat(refused(() -> OciSpec.standard().withRoot("", false))).startsWith("root.path: ");
  }

  private static String refused(Runnable change) {
    return catchThrowableOfType(OciSpecException.class, change::run).getMessage();
  }
}
