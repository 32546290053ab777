"""What the scenes of both clients share: scenes by name, and waiting for what is to come."""
import sys
import threading
import time

SECONDS_MAX = 60


def until(claim, what):
    """Asks again until the claim holds; gives what it gave."""
    deadline = time.monotonic() + SECONDS_MAX
    while True:
        found = claim()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError('never: ' + what)
        time.sleep(0.02)


class Member(threading.Thread):
    """A member of a group in a thread of its own, which alone touches its consumer."""

    def __init__(self, consumer, turn, close):
        super().__init__(daemon=True)
        self.consumer = consumer
        self.turn = turn
        self.close = close
        self.assigned = []
        self.seen = []
        self.failure = None
        self.leaving = threading.Event()
        self.start()

    def run(self):
        try:
            while not self.leaving.is_set():
                self.turn(self)
            self.close(self)
        except Exception as failure:  # told by leave
            self.failure = failure

    def leave(self):
        self.leaving.set()
        self.join(SECONDS_MAX)
        if self.is_alive() or self.failure:
            raise AssertionError('did not leave: %r' % self.failure)


def play(scenes):
    """Plays the scene that the command line names: SCENE BOOTSTRAP TOPIC. What comes of it is printed."""
    name, bootstrap, topic = sys.argv[1:]
    scenes[name](bootstrap, topic)
