package io.vmfactory.pool.internal;

import java.util.EnumSet;
import java.util.Set;

/** Where a slot is in its life, and where it may go from there. */
enum SlotState {
  /** Its value is being made. */
  ALLOCATING,
  /** On stock. */
  IDLE,
  /** Being examined; nobody may have it meanwhile. */
  PROBING,
  /** Set aside for one claimer, untouched. */
  CLAIMED,
  /** The claimer's for good. */
  TAKEN,
  /** Its value is being destroyed. */
  DISPOSING,
  /** Ended: destroyed, or never made. */
  GONE;

  boolean mayBecome(SlotState next) {
    return successors().contains(next);
  }

  private Set<SlotState> successors() {
    return switch (this) {
      case ALLOCATING -> EnumSet.of(IDLE, DISPOSING, GONE);
      case IDLE -> EnumSet.of(PROBING, CLAIMED, DISPOSING);
      case PROBING -> EnumSet.of(IDLE, DISPOSING);
      case CLAIMED -> EnumSet.of(IDLE, TAKEN, DISPOSING);
      case TAKEN -> EnumSet.of(DISPOSING);
      case DISPOSING -> EnumSet.of(GONE);
      case GONE -> EnumSet.noneOf(SlotState.class);
    };
  }
}
