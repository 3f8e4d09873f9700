package io.vmfactory.guest.ttrpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vmfactory.guest.GuestException;
import io.vmfactory.guest.oci.OciSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Specifications that were written for a host take effect in a container of our own guest. */
@Tag("qemu")
@Timeout(300)
final class SpecIT {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Shows the guest's control groups at /sys/fs/cgroup. */
  private static final String SYS =
      "{'destination':'/sys','type':'bind','source':'/sys','options':['rbind','ro']}";

  private static final String PROC = "{'destination':'/proc','type':'proc','source':'proc'}";

  private static final String USERS =
      "'uidMappings':[{'containerID':0,'hostID':100000,'size':65536}],"
          + "'gidMappings':[{'containerID':0,'hostID':200000,'size':65536}],"
          + "'namespaces':[{'type':'pid'},{'type':'network'},{'type':'ipc'},{'type':'uts'},"
          + "{'type':'mount'},{'type':'user'}]";

  /** What a shell calls, without mkdir. */
  private static final String CALLS =
      ("'"
              + "access arch_prctl brk capget capset chdir chmod clone clone3 close close_range "
              + "dup dup2 dup3 execve execveat exit exit_group fchdir fcntl fork fstat futex "
              + "getcwd getdents64 getegid geteuid getgid getpgrp getpid getppid getrandom "
              + "gettid getuid ioctl kill lseek lstat madvise mmap mprotect mremap munmap "
              + "newfstatat open openat pipe pipe2 poll prctl prlimit64 read readlink readlinkat "
              + "readv rseq rt_sigaction rt_sigprocmask rt_sigreturn sendmsg set_robust_list "
              + "set_tid_address setgid setgroups setresgid setresuid setuid sigaltstack stat "
              + "statx sysinfo tgkill umask uname unlink vfork wait4 write writev"
              + "'")
          .replace(" ", "','");

  private static SpecGuest guest;

  @BeforeAll
  static void boot(@TempDir Path dir) throws IOException {
    guest = new SpecGuest(dir);
  }

  @AfterAll
  static void kill() {
    guest.close();
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text.replace('\'', '"'));
    } catch (IOException e) {
      throw new AssertionError(text, e);
    }
  }

  /**
   * Runs a script in what engines write for a host, with changes. Returns what it prints on both
   * streams.
   */
  private static String run(String changes, String script) {
    try {
      return guest.run(spec(changes, "/bin/sh", "-c", script)).output();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static OciSpec spec(String changes, String... args) throws IOException {
    ObjectNode config = SpecGuest.hostConfig(json(changes));
    OciSpec spec = OciSpec.parse(JSON.writeValueAsBytes(config));
    spec.checkNoHostPaths();
    return spec.with(process -> process.withArgs(List.of(args)));
  }

  private static void assertRefused(String changes, String why) {
    assertThatThrownBy(() -> run(changes, "echo it runs"))
        .isInstanceOf(GuestException.class)
        .hasMessageContaining(why);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.0.0", "1.0.2-dev", "1.1.0", "1.2.0", "1.2.1", "1.3.0", "1.99.0"})
  void everyVersionOfTheSpecificationRuns(String version) {
    assertThat(run("{'ociVersion':'" + version + "'}", "echo runs")).isEqualTo("runs\n");
  }

  @Test
  void kernelParametersOfItsNamespacesAreSet() {
    String set =
        "{'linux':{'sysctl':{'net.core.somaxconn':'1111','kernel.shm_rmid_forced':'1',"
            + "'fs.mqueue.msg_max':'77','kernel.domainname':'d.example',"
            + "'kernel.sem':'100 200 30 40','net/ipv4/ip_unprivileged_port_start':'80'}}}";

    String seen =
        run(
            set,
            "cd /proc/sys; cat net/core/somaxconn kernel/shm_rmid_forced fs/mqueue/msg_max"
                + " kernel/domainname net/ipv4/ip_unprivileged_port_start; echo $(cat kernel/sem)");

    assertThat(seen).isEqualTo("1111\n1\n77\nd.example\n80\n100 200 30 40\n");
    assertRefused("{'linux':{'sysctl':{'net.no_such':'1'}}}", "linux.sysctl[\"net.no_such\"]: ");
    assertRefused(
        "{'linux':{'sysctl':{'net.core.somaxconn':'x'}}}",
        "linux.sysctl[\"net.core.somaxconn\"]: ");
  }

  @Test
  void itsNameAndDomainAreThoseOfTheSpecification() {
    String longest = "h".repeat(60) + ".org";
    String show = "hostname; cat /proc/sys/kernel/domainname /etc/hostname";

    assertThat(run("{'hostname':'a.b-c.org','domainname':'b-c.org'}", show))
        .isEqualTo("a.b-c.org\nb-c.org\na.b-c.org\n");
    assertThat(run("{'hostname':'" + longest + "'}", "hostname")).isEqualTo(longest + "\n");
    assertThat(run("{'hostname':null}", "hostname")).isEqualTo("pod\n");
    assertThat(run("{'hostname':null,'domainname':'d'}", show)).isEqualTo("pod\nd\npod\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{'mounts':null}", "{'mounts':[]}"})
  void oneWithoutMountsRuns(String changes) {
    assertThat(run(changes, "echo runs")).isEqualTo("runs\n");
  }

  @Test
  void aRootWithoutDirectoriesGetsDevices() throws IOException {
    String changes = "{'root':{'readonly':true},'mounts':[" + PROC + "]}";
    OciSpec spec = spec(changes, "/bin/busybox", "sh", "-c", "echo runs | tee /dev/null");
    assertThat(guest.runInBareRoot(spec).output()).isEqualTo("runs\n");
  }

  @Test
  void aMountThatCannotBeIsNamed() {
    assertRefused(
        mounts("'type':'bind','source':'/sys/no/such'"), "mounts[1].source: /sys/no/such");
    assertRefused(mounts("'type':'no-such','source':'x'"), "mounts[1].type: the guest's kernel");
    assertRefused(mounts("'type':'tmpfs','source':'x','options':['no=1']"), "mounts[1]: ");
  }

  private static String mounts(String second) {
    return "{'mounts':[" + PROC + ",{'destination':'/x'," + second + "}]}";
  }

  @Test
  void aMountKeepsThePropagationThatItAsksFor() {
    String show = "grep ' /x ' /proc/self/mountinfo | grep -cE ' (shared:[0-9]+|unbindable) - '";

    assertThat(run(mounts("'type':'tmpfs','source':'x','options':['shared']"), show))
        .isEqualTo("1\n");
    assertThat(run(mounts("'type':'tmpfs','source':'x','options':['unbindable']"), show))
        .isEqualTo("1\n");
    assertThat(run(mounts("'type':'tmpfs','source':'x'"), show)).isEqualTo("0\n");
  }

  @Test
  void placesOfMountsHaveAnOrdinaryMode() {
    String made =
        "{'root':{'readonly':false},'mounts':[{'destination':'/p/q','type':'tmpfs','source':'x'}]}";

    run(made, "true");
    assertThat(run("{}", "stat -c '%a %F' /p /p/q")).isEqualTo("755 directory\n755 directory\n");
  }

  @Test
  void theKernelsFileSystemsAreTheGuests() {
    String changes =
        "{'mounts':["
            + PROC
            + ","
            + SYS
            + ",{'destination':'/dev/random2','type':'bind',"
            + "'source':'/dev/urandom','options':['bind']}],'root':{'readonly':false}}";

    assertThat(
            run(
                changes,
                "ls -d /sys/class/net/lo; head -c 5 /dev/random2 | wc -c; touch /sys/x || echo ro"))
        .startsWith("/sys/class/net/lo\n5\nro\n");
  }

  @Test
  void setsOfCpusThatTheVmDoesNotHaveBindNothing() {
    String show = "grep allowed_list /proc/self/status";
    String all = "Cpus_allowed_list:\t0\nMems_allowed_list:\t0\n";

    assertThat(run("{'linux':{'resources':{'cpu':{'cpus':'8-15','mems':'1'}}}}", show))
        .isEqualTo(all);
    assertThat(run("{'linux':{'resources':{'cpu':{'cpus':'0','mems':'0'}}}}", show)).isEqualTo(all);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'cpu':{'quota':50000,'period':100000,'burst':5000} | cpu.max cpu.max.burst | 50000 100000"
            + " 5000",
        "'cpu':{'idle':1} | cpu.idle | 1",
        "'cpu':{'shares':2} | cpu.weight | 1",
        "'memory':{'limit':67108864,'reservation':1048576,'swap':100663296} |"
            + " memory.max memory.low memory.swap.max | 67108864 1048576 33554432",
        "'memory':{'swappiness':60,'kernel':-1,'kernelTCP':0} | memory.max | max",
        "'pids':{'limit':50} | pids.max | 50",
        "'pids':{'limit':0} | pids.max | max",
        "'pids':{'limit':-1} | pids.max | max",
        "'blockIO':{'weight':10} | io.weight | default 1",
        "'hugepageLimits':[{'pageSize':'2MB','limit':4194304}] | hugetlb.2MB.max | 4194304",
        "'unified':{'memory.high':'50331648','pids.max':'9'} | memory.high pids.max | 50331648 9"
      },
      quoteCharacter = '`')
  void limitsAreThoseOfItsGroup(String limits, String files, String values) {
    String changes = "{'mounts':[" + PROC + "," + SYS + "],'linux':{'resources':{" + limits + "}}}";

    assertThat(run(changes, "cd /sys/fs/cgroup/vmfactory/c*; echo $(cat " + files + ")"))
        .isEqualTo(values + "\n");
  }

  @Test
  void itsUsersCanBeItsOwn() {
    String seen =
        run(
            "{'linux':{" + USERS + "}}",
            "echo $(cat /proc/self/uid_map) $(cat /proc/self/gid_map); id -u; hostname;"
                + " ls -d /proc/1 /sys/class/net/lo /dev/mqueue; touch /dev/shm/x && echo made;"
                + " grep -c localhost /etc/hosts; echo out >/dev/stdout; umount /proc || echo no");

    assertThat(seen)
        .startsWith(
            """
            0 100000 65536 0 200000 65536
            0
            host
            /dev/mqueue
            /proc/1
            /sys/class/net/lo
            made
            2
            out
            no
            """);
  }

  @Test
  void placesForMountsAreMadeInARootOfOtherUsers() {
    String changes =
        "{'root':{'readonly':false},'mounts':["
            + PROC
            + ",{'destination':'/dev','type':'tmpfs','source':'dev'}"
            + ",{'destination':'/bin/../new/deep','type':'tmpfs','source':'t'},"
            + "{'destination':'/new/zero','type':'bind','source':'/dev/zero'}],"
            + "'linux':{"
            + USERS
            + "}}";

    assertThat(run(changes, "touch /new/deep/x && head -c 2 /new/zero | wc -c; stat -c %u /new"))
        .isEqualTo("2\n0\n");
  }

  @Test
  void seccompAnswersWithTheErrorThatWasAskedFor() {
    String all =
        "{'linux':{'seccomp':{'defaultAction':'SCMP_ACT_ALLOW','syscalls':"
            + "[{'names':['mkdir'],'action':'SCMP_ACT_ERRNO','errnoRet':0}]}},"
            + "'root':{'readonly':false}}";
    assertThat(run(all, "mkdir /y && ls -d /y || true")).contains("/y: No such file");

    String rest =
        "{'linux':{'seccomp':{'defaultAction':'SCMP_ACT_ERRNO','defaultErrnoRet':38,"
            + "'syscalls':[{'names':["
            + CALLS
            + "],"
            + "'action':'SCMP_ACT_ALLOW'}]}},'root':{'readonly':false}}";
    assertThat(run(rest, "mkdir /y || true")).contains("Function not implemented");
  }

  @Test
  void processesHaveTheMaskAndTheLimitsOfTheSpecification() {
    String changes =
        "{'process':{'user':{'uid':0,'gid':0,'umask':0},"
            + "'rlimits':[{'type':'RLIMIT_NOFILE','soft':1073741816,'hard':1073741816}]}}";

    assertThat(run(changes, "umask; ulimit -n")).isEqualTo("0000\n1073741816\n");
  }

  @Test
  void noSignalIsBlockedOrIgnored() {
    assertThat(run("{}", "grep -E '^Sig(Blk|Ign)' /proc/self/status; true"))
        .isEqualTo("SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
  }

  @Test
  void crunReadsNoSwitchesInAnnotations() {
    assertThat(run("{'annotations':{'run.oci.handler':'krun'}}", "echo runs")).isEqualTo("runs\n");
  }
}
