"""`bowline connect` on a terminal: incoming text does not garble the line that is edited."""

import signal
import socket
import unittest

from harness import BIN, ProgramTest, WAIT_MAX, runnable
from screen import ScreenProgram
from wire import receive_exactly, receive_to_end, reset

CTRL_A, CTRL_C, CTRL_D, CTRL_U, CTRL_Z = "\x01", "\x03", "\x04", "\x15", "\x1a"
UP, LEFT, BACKSPACE = "\x1b[A", "\x1b[D", "\x7f"


class Terminal(ProgramTest):
    def start_client(self, *options, columns=40):
        """Starts `bowline connect` on a terminal; gives (program, its peer)."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.settimeout(WAIT_MAX)
            self.url = f"tcp://127.0.0.1:{listener.getsockname()[1]}"
            argv = [*runnable(BIN / "bowline"), "connect", *options, self.url]
            program = ScreenProgram(argv, columns)
            self.addCleanup(program.stop)
            peer, _ = listener.accept()
        self.addCleanup(peer.close)
        peer.settimeout(WAIT_MAX)
        # What is typed before that is shown by the kernel as well.
        program.wait_for(["Enter message:" if "--prompt" in options else ">"])
        return program, peer

    def check_line(self, peer, line):
        """Fails unless `line` is what the peer reads next."""
        line = line.encode() + b"\n"
        self.assertEqual(receive_exactly(peer, len(line)), line)

    def check_end(self, program, exit_code):
        """Fails unless the program ends so, and the terminal is as it was."""
        self.assertEqual(program.exit_code(), exit_code)
        self.assertEqual(program.settings(), program.settings_before)


class Typing(Terminal):
    def test_a_typed_line_is_sent_and_the_answer_shown(self):
        program, peer = self.start_client()
        program.type("Grüße, 世界\r")
        self.check_line(peer, "Grüße, 世界")
        peer.sendall("zurück\n".encode())
        program.wait_for(["> Grüße, 世界", "zurück", ">"])

    def test_keys_edit_the_line(self):
        program, peer = self.start_client()
        program.type("helo" + LEFT + "l" + CTRL_A + "xx" + BACKSPACE * 2 + "\r")
        self.check_line(peer, "hello")

    def test_earlier_lines_come_back(self):
        program, peer = self.start_client()
        program.type("one\rtwo\r" + UP + UP + "\r")
        for line in ("one", "two", "one"):
            self.check_line(peer, line)

    def test_pasted_lines_are_all_sent(self):
        program, peer = self.start_client()
        lines = [f"line {number}" for number in range(100)]
        program.type("\n".join(lines) + "\nhalf")
        for line in lines:
            self.check_line(peer, line)
        program.wait_for(["> line 98", "> line 99", "> half"])

    def test_control_d_half_closes_and_the_answer_is_awaited(self):
        program, peer = self.start_client(columns=80)
        program.type("question\r")
        program.wait_for(["> question", ">"])
        program.type(CTRL_D)
        self.assertEqual(receive_to_end(peer), b"question\n")
        self.assertEqual(program.settings(), program.settings_before)
        peer.sendall(b"answer")
        peer.close()
        self.check_end(program, 0)
        self.assertEqual(program.screen.rows(),
                         ["> question", "answer", f"{self.url} closed the connection"])


class Incoming(Terminal):
    def test_text_comes_above_a_half_typed_line(self):
        program, peer = self.start_client()
        program.type("half ty")
        program.wait_for(["> half ty"])
        peer.sendall(b"incoming\n")
        program.wait_for(["incoming", "> half ty"])
        peer.sendall(b"more\nand more\n")
        program.wait_for(["incoming", "more", "and more", "> half ty"])
        program.type("ped\r")
        self.check_line(peer, "half typed")
        program.wait_for(["and more", "> half typed", ">"])

    def test_a_half_typed_line_may_take_several_rows(self):
        program, peer = self.start_client()
        program.type("x" * 100)
        program.wait_for(["> " + "x" * 38, "x" * 40, "x" * 22])
        peer.sendall(b"incoming\n")
        program.wait_for(["incoming", "> " + "x" * 38, "x" * 40, "x" * 22])
        self.assertEqual(len(program.screen.rows()), 4)
        program.type(CTRL_A + "y\r")
        self.check_line(peer, "y" + "x" * 100)

    def test_the_cursor_stays_where_it_was_in_the_line(self):
        program, peer = self.start_client()
        program.type("helo" + LEFT)
        program.wait_for(["> helo"])
        peer.sendall(b"incoming\n")
        program.wait_for(["incoming", "> helo"])
        program.type("l\r")
        self.check_line(peer, "hello")

    def test_an_unfinished_line_gets_its_own_row_after_a_pause(self):
        program, peer = self.start_client()
        program.type("half")
        program.wait_for(["> half"])
        peer.sendall(b"acc")
        peer.sendall(b"epted")
        program.wait_for(["accepted", "> half"])

    def test_controls_are_shown_and_not_obeyed(self):
        program, peer = self.start_client()
        peer.sendall(b"\x1b[2J\x1b]0;title\x07 \xff\r\n")
        program.wait_for(["\\x1b[2J\\x1b]0;title\\x07 \\xff", ">"])

    def test_text_longer_than_the_screen_is_all_there(self):
        program, peer = self.start_client()
        program.type("half")
        program.wait_for(["> half"])
        lines = [f"line {number}" for number in range(1000)]
        peer.sendall("".join(line + "\n" for line in lines).encode())
        program.wait_for([lines[-1], "> half"])
        self.assertEqual(program.screen.rows(), lines + ["> half"])

    def test_the_line_survives_another_size_of_the_terminal(self):
        program, peer = self.start_client()
        program.type("half ty")
        program.wait_for(["> half ty"])
        program.resize(30)
        peer.sendall(b"incoming\n")
        program.wait_for(["incoming", "> half ty"])
        self.assertEqual(len(program.screen.rows()), 2)
        program.type("ped\r")
        self.check_line(peer, "half typed")

    def test_hex_comes_above_the_line_too(self):
        program, peer = self.start_client("--hex", columns=80)
        program.type("half")
        program.wait_for(["> half"])
        peer.sendall(b"hi\x1b")
        program.wait_for(["00000000  68 69 1b" + " " * 42 + "|hi.|", "> half"])


class Ending(Terminal):
    def test_control_c_ends_it_and_restores_the_terminal(self):
        program, _ = self.start_client()
        program.type("half typed")
        program.wait_for(["> half typed"])
        self.assertNotEqual(program.settings(), program.settings_before)
        program.type(CTRL_C)
        self.check_end(program, 130)
        self.assertEqual(program.screen.rows(), [])

    def test_the_peers_end_ends_it_and_takes_the_line_away(self):
        program, peer = self.start_client("--quiet")
        program.type("half typed")
        program.wait_for(["> half typed"])
        peer.sendall(b"bye\n")
        peer.close()
        self.check_end(program, 0)
        self.assertEqual(program.screen.rows(), ["bye"])

    def test_a_reset_is_explained(self):
        program, peer = self.start_client(columns=200)
        program.type("half typed")
        program.wait_for(["> half typed"])
        reset(peer)
        self.check_end(program, 1)
        self.assertRegex(program.screen.rows()[0], f"^error: read from {self.url}: .*reset")

    def test_control_z_stops_it_and_it_goes_on_where_it_was(self):
        program, peer = self.start_client()
        program.type("half ty")
        program.wait_for(["> half ty"])
        program.type(CTRL_Z)
        program.wait_until_stopped()
        self.assertEqual(program.settings(), program.settings_before)
        program.process.send_signal(signal.SIGCONT)
        program.wait_for(["> half ty"])
        program.type("ped\r")
        self.check_line(peer, "half typed")

    def test_a_timeout_restores_the_terminal(self):
        program, _ = self.start_client("--timeout", "1", columns=200)
        self.check_end(program, 1)
        self.assertRegex(program.screen.rows()[0], "^error: .*timed out")


class Prompt(Terminal):
    def test_the_tutorials_client_edits_its_messages(self):
        program, peer = self.start_client("--prompt")
        program.type("helo" + LEFT + "l\r")
        self.assertEqual(receive_exactly(peer, 5), b"hello")
        peer.sendall(b"accepted")
        program.wait_for(["Enter message: hello", "Received: accepted", "Enter message:"])
        program.type("close\r")
        self.assertEqual(receive_exactly(peer, 5), b"close")
        peer.sendall(b"closed")
        self.check_end(program, 0)
        self.assertEqual(program.screen.rows()[-2:],
                         ["Enter message: close", "Connection to server closed"])


if __name__ == "__main__":
    unittest.main()
