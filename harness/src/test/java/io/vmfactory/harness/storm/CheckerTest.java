package io.vmfactory.harness.storm;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.harness.storm.Operation.Kind;
import io.vmfactory.harness.storm.Operation.Outcome;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Tests the checker with histories made by hand: some that it must accept, and for each rule one
 * that it must refuse.
 */
class CheckerTest {
  private final Past past = new Past();

  private void accepted() {
    assertThat(past.complaints()).isEmpty();
  }

  private void refusedBy(String rule) {
    List<String> complaints = past.complaints();
    assertThat(complaints).hasSize(1);
    assertThat(complaints.get(0)).startsWith(rule + ": ");
  }

  @Test
  void nothingDoneIsNothingWrong() {
    accepted();
  }

  @Test
  void anOrdinaryLifeIsAccepted() {
    past.get("a", 0, 1)
        .identified("a", "alpha", "r1", 1)
        .done(Kind.RENEW, "a", 8, 8.1)
        .identified("a", "alpha", "r2", 15)
        .done(Kind.RELEASE, "a", 16, 16.2)
        .get("b", 16.3, 17)
        .identified("b", "beta", "r3", 17);
    accepted();
  }

  // Handed out once.

  @Test
  void aVmLeasedTwiceIsRefused() {
    past.get("a", 0, 1).get("a", 0.5, 2);
    assertThat(past.complaints())
        .hasSize(2)
        .allMatch(c -> c.startsWith("handed out once: "))
        .anyMatch(c -> c.contains("and again"));
  }

  @Test
  void aVmGivenAwayAndThenLeasedIsRefused() {
    past.base("a", 0, 1).get("a", 2, 3);
    refusedBy("handed out once");
  }

  @Test
  void aRequestThatFailedHandedNothingOut() {
    past.get("a", 0, 1).cut(Kind.GET, "a", 2, 3);
    accepted();
  }

  // Never after its end.

  @Test
  void aVmThatWasKilledBeforeTheRequestIsRefused() {
    past.done(Kind.KILL_VM, "a", 0, 1).get("a", 2, 3);
    refusedBy("never after its end");
  }

  @Test
  void aVmKilledWhileTheRequestRanMayStillBeHandedOut() {
    past.done(Kind.KILL_VM, "a", 0, 1).get("a", 0.5, 0.9);
    accepted();
  }

  @Test
  void aBaseVmThatItsOwnerBuriedIsRefused() {
    past.done(Kind.BURY, "a", 0, 1).base("a", 2, 3);
    refusedBy("never after its end");
  }

  // A patient request is served.

  @Test
  void aPatientRequestRefusedOnAQuietDayIsRefused() {
    past.refused(Kind.GET_PATIENT, "", 0, 1);
    refusedBy("a patient request is served");
  }

  @Test
  void oneKilledVmIsNoExcuse() {
    past.done(Kind.KILL_VM, "a", 0, 1).refused(Kind.GET_PATIENT, "", 0.5, 2);
    refusedBy("a patient request is served");
  }

  @Test
  void severalKilledVmsAreAnExcuse() {
    past.done(Kind.KILL_VM, "a", 0, 1)
        .done(Kind.KILL_VM, "b", 1, 1.5)
        .refused(Kind.GET_PATIENT, "", 0.5, 2);
    accepted();
  }

  @Test
  void aDaemonBeingReplacedIsAnExcuseWhileItIs() {
    past.done(Kind.REPLACE_DAEMON, "", 0, 1).refused(Kind.GET_PATIENT, "", 0.5, 2);
    accepted();
    past.refused(Kind.GET_PATIENT, "", 3, 4);
    refusedBy("a patient request is served");
  }

  @Test
  void aPatientRequestWhoseTimeRanOutIsRefused() {
    past.cut(Kind.GET_PATIENT, "", 0, 60);
    refusedBy("a patient request is served");
  }

  @Test
  void aPatientRequestCutOffWithItsDaemonIsNoFault() {
    past.cut(Kind.GET_PATIENT, "", 0, 1).done(Kind.KILL_DAEMON, "", 0.9, 2);
    accepted();
  }

  @Test
  void aRequestInAHurryMayBeRefused() {
    past.refused(Kind.GET, "", 0, 0.1);
    accepted();
  }

  // Stored templates.

  private Past stored(int version, String key, double at) {
    return past.template(Kind.STORE, "s", version, key, at, at + 0.5);
  }

  @Test
  void aTemplateLivesUntilItIsRemoved() {
    stored(1, "k1", 0).byName("a", 1, "k1", 1, 2);
    stored(2, "k2", 3).byName("b", 2, "k2", 4, 5);
    past.template(Kind.GET_NAMED, "c", 1, "k1", 5, 6)
        .template(Kind.ROLL_BACK, "", 1, "k1", 6, 7)
        .byName("d", 1, "k1", 8, 9)
        .template(Kind.REMOVE, "", 1, "k1", 10, 11)
        .template(Kind.GET_NAMED, Outcome.REFUSED, 1, 12, 13);
    accepted();
  }

  @Test
  void aRequestForAStoredTemplateThatIsRefusedIsRefused() {
    stored(1, "k1", 0).template(Kind.GET_NAMED, Outcome.REFUSED, 1, 1, 2);
    refusedBy("a stored template serves");
  }

  @Test
  void aNameWithAVersionMustServeToo() {
    stored(1, "k1", 0).template(Kind.GET_NAMED, Outcome.REFUSED, 0, 1, 2);
    refusedBy("a stored template serves");
  }

  @Test
  void aStoredTemplateOutlivesAKilledDaemon() {
    stored(1, "k1", 0)
        .done(Kind.KILL_DAEMON, "", 1, 2)
        .template(Kind.GET_NAMED, Outcome.REFUSED, 1, 3, 4);
    refusedBy("a stored template serves");
  }

  @Test
  void aRemovalThatWasCutOffMayHaveBeenOne() {
    stored(1, "k1", 0)
        .template(Kind.REMOVE, Outcome.UNKNOWN, 0, 1, 2)
        .done(Kind.KILL_DAEMON, "", 1.5, 3)
        .template(Kind.GET_NAMED, Outcome.REFUSED, 1, 4, 5);
    accepted();
  }

  @Test
  void whatWasNeverStoredNeedNotServe() {
    past.template(Kind.STORE, Outcome.UNKNOWN, 0, 0, 1)
        .template(Kind.GET_NAMED, Outcome.REFUSED, 1, 2, 3);
    accepted();
  }

  @Test
  void aCloneOfARemovedTemplateIsRefused() {
    stored(1, "k1", 0);
    past.template(Kind.REMOVE, "", 1, "k1", 1, 2).template(Kind.GET_NAMED, "a", 1, "k1", 3, 4);
    refusedBy("never after its removal");
  }

  @Test
  void twoSnapshotsWithOneKeyAreRefused() {
    stored(1, "k1", 0);
    stored(2, "k1", 1);
    refusedBy("a version is one template");
  }

  @Test
  void aVersionThatIsAnotherSnapshotIsRefused() {
    stored(1, "k1", 0);
    stored(2, "k2", 1).template(Kind.GET_NAMED, "a", 1, "k2", 3, 4);
    refusedBy("a version is one template");
  }

  @Test
  void aNameThatMeansAnOldVersionIsRefused() {
    stored(1, "k1", 0);
    stored(2, "k2", 1).byName("a", 1, "k1", 3, 4);
    refusedBy("a name means what was set last");
  }

  @Test
  void aNameMayMeanEitherWhileItIsBeingSet() {
    stored(1, "k1", 0);
    past.template(Kind.STORE, "s", 2, "k2", 1, 5).byName("a", 1, "k1", 3, 4);
    accepted();
  }

  // Clones of VMs that were used.

  @Test
  void eachCloneOfAForkIsHandedOutOnce() {
    past.get("a", 0, 1).done(Kind.FORK, "a", 2, 3).done(Kind.FORKED, "b", 2, 3);
    accepted();
    past.done(Kind.FORKED, "b", 4, 5);
    assertThat(past.complaints()).isNotEmpty().allMatch(c -> c.startsWith("handed out once: "));
  }

  @Test
  void aForkOfALiveLeaseMustSucceed() {
    past.get("a", 0, 1).refused(Kind.FORK, "a", 2, 3);
    refusedBy("a live lease works");
  }

  @Test
  void aForkMayFailWithAVmThatIsKilledMeanwhile() {
    past.get("a", 0, 1).done(Kind.KILL_VM, "b", 2, 2.5).refused(Kind.FORK, "a", 2, 3);
    accepted();
  }

  @Test
  void eachUseOfALiveLeaseMustSucceed() {
    for (Kind kind :
        List.of(Kind.PAUSE, Kind.RESUME, Kind.ATTACH, Kind.STORE, Kind.STORE_AND_END)) {
      List<String> complaints = new Past().get("a", 0, 1).refused(kind, "a", 2, 3).complaints();
      assertThat(complaints).as("%s", kind).singleElement().asString().contains(kind.name());
    }
  }

  @Test
  void aVmThatWasStoredAndEndedIsGone() {
    past.get("a", 0, 1).template(Kind.STORE_AND_END, "a", 1, "k1", 2, 3);
    past.refused(Kind.RENEW, "a", 4, 4.1);
    accepted();
    past.get("a", 5, 6);
    assertThat(past.complaints()).anyMatch(c -> c.startsWith("never after its end: "));
  }

  @Test
  void aCloneMayHaveTheBootIdOfItsSourceAndNoOtherName() {
    past.identified("a", new String[] {"h1", "m1", "boot"}, "r1", 1)
        .done(Kind.FORKED, "b", 2, 3)
        .identified("b", new String[] {"h2", "m2", "boot"}, "r2", 4);
    accepted();
    past.done(Kind.FORKED, "c", 5, 6).identified("c", new String[] {"h2", "m3", "boot"}, "r3", 7);
    refusedBy("unique");
  }

  // Unique.

  @Test
  void eachNameOfAGuestMustBeItsOwn() {
    for (int i = 0; i < 3; i++) {
      String[] second = {"b1", "b2", "b3"};
      String[] first = {"a1", "a2", "a3"};
      second[i] = first[i];
      List<String> complaints =
          new Past().identified("a", first, "r1", 1).identified("b", second, "r2", 2).complaints();
      assertThat(complaints).as("name %d", i).hasSize(1);
      assertThat(complaints.get(0)).startsWith("unique: ").contains("both a's and b's");
    }
  }

  @Test
  void theSameRandomBytesInTwoGuestsAreRefused() {
    past.identified("a", "alpha", "r1", 1).identified("b", "beta", "r1", 2);
    refusedBy("unique");
  }

  @Test
  void theSameRandomBytesTwiceFromOneGuestAreRefused() {
    past.identified("a", "alpha", "r1", 1).identified("a", "alpha", "r1", 2);
    refusedBy("unique");
  }

  // The same as before.

  @Test
  void aGuestThatChangesIsRefused() {
    past.identified("a", "alpha", "r1", 1).identified("a", "beta", "r2", 2);
    refusedBy("the same as before");
  }

  // A live lease works.

  @Test
  void aRenewalRefusedWhileTheLeaseLastsIsRefused() {
    past.get("a", 0, 1).refused(Kind.RENEW, "a", 5, 5.1);
    refusedBy("a live lease works");
  }

  @Test
  void aLeaseOutlivesAKilledDaemon() {
    past.get("a", 0, 1).done(Kind.KILL_DAEMON, "", 2, 4).refused(Kind.RELEASE, "a", 5, 5.1);
    refusedBy("a live lease works");
  }

  @Test
  void anUnansweredRenewalIsRefusedUnlessTheDaemonWasKilled() {
    past.get("a", 0, 1).cut(Kind.RENEW, "a", 2, 3).done(Kind.KILL_DAEMON, "", 2.5, 4);
    accepted();
    past.cut(Kind.RENEW, "a", 5, 6);
    refusedBy("a live lease works");
  }

  @Test
  void theAgentAnswersEvenWhileThereIsNoDaemon() {
    past.get("a", 0, 1).done(Kind.KILL_DAEMON, "", 2, 4).refused(Kind.IDENTIFY, "a", 3, 3.5);
    refusedBy("a live lease works");
  }

  @Test
  void aLeaseCountsFromTheBeginOfItsLastRenewal() {
    past.get("a", 0, 1).done(Kind.RENEW, "a", 8, 9).refused(Kind.RENEW, "a", 17, 17.9);
    refusedBy("a live lease works");
  }

  @Test
  void whenTheTimeIsOverARenewalMayBeRefused() {
    past.get("a", 0, 1).refused(Kind.RENEW, "a", 9.5, 10.1);
    accepted();
  }

  @Test
  void theLeaseOfAKilledVmIsOver() {
    past.get("a", 0, 1).done(Kind.KILL_VM, "a", 2, 3).refused(Kind.RENEW, "a", 2.5, 2.6);
    accepted();
  }

  @Test
  void aKillThatCameLaterExcusesNothing() {
    past.get("a", 0, 1).refused(Kind.RENEW, "a", 2, 2.1).done(Kind.KILL_VM, "a", 3, 4);
    refusedBy("a live lease works");
  }

  @Test
  void aReleaseThatWasCutOffMayHaveBeenOne() {
    past.get("a", 0, 1)
        .cut(Kind.RELEASE, "a", 2, 3)
        .done(Kind.KILL_DAEMON, "", 2.5, 3.5)
        .refused(Kind.RELEASE, "a", 4, 4.1);
    accepted();
  }

  // A lease lasts for its TTL, and the VM of a silent client ends.

  @Test
  void aVmEndedBeforeItsLeaseIsRefused() {
    past.get("a", 0, 1).done(Kind.VANISH, "a", 0, 9.9);
    refusedBy("a lease lasts for its TTL");
  }

  @Test
  void aVmEndedWithItsLeaseIsAccepted() {
    past.get("a", 0, 1).done(Kind.VANISH, "a", 0, 10.5);
    accepted();
  }

  @Test
  void aVmKilledBeforeItsLeaseWasOverIsNoFault() {
    past.get("a", 0, 1).done(Kind.KILL_VM, "a", 3, 4).done(Kind.VANISH, "a", 0, 4);
    accepted();
  }

  @Test
  void aVmThatOutlivesItsLeaseIsRefused() {
    past.get("a", 0, 1).cut(Kind.VANISH, "a", 0, 60);
    refusedBy("the VM of a silent client ends");
  }

  @Test
  void aVmThatHangsWhileItWaitsIsReplaced() {
    past.done(Kind.FREEZE_VM, "a", 0, 5);
    accepted();
    past.cut(Kind.FREEZE_VM, "b", 0, 60);
    refusedBy("the VM of a silent client ends");
  }

  // Ends by its deadline.

  @Test
  void whatHangsIsRefusedHoweverItEnds() {
    past.cut(Kind.GET, "", 0, 70);
    refusedBy("ends by its deadline");
  }

  @Test
  void aBusyMachineHasSlack() {
    past.cut(Kind.GET, "", 0, 64);
    accepted();
  }
}
