import type { DialingWords, LineWords, LoginsWords, TransferWords } from "../words/desk.ts";
import { count } from "./count.ts";

export const LINE: LineWords = {
  controls: "Call",
  hold: "Hold",
  unhold: "Back to the customer",
  held: "On hold: the customer hears music.",
  bringIn: "Bring the customer in",
  takeOut: "Customer on hold",
  calling: (who) => `${who} is being called. The customer hears music.`,
  speaking: (who) => `You speak with ${who}. The customer hears music.`,
  three: (who) => `You, ${who} and the customer hear each other.`,
  complete: "Hand over",
  takeBack: "Take back",
  thirdParty: "Third party",
  record: "Record",
  recording: "Recording",
  recordingPaused: "Recording paused",
  pauseRecording: "Pause recording",
  resumeRecording: "Resume recording",
  stopRecording: "Stop recording",
};

export const TRANSFER: TransferWords = {
  open: "Transfer …",
  title: "Give the customer to somebody else",
  to: "To",
  agent: "An agent",
  number: "A number",
  search: "Name or code",
  chooseAgent: "Who is available",
  nobody: "No other agent is available now.",
  nobodyFound: (search) => `Nobody who is available is called “${search}”.`,
  more: (n) => `and ${count(n, "other", "others")}: type a part of the name`,
  numberLabel: "Number",
  numberHelp: "With the country, as +12025550199.",
  wrongNumber: "This is no number with its country. Write it as +12025550199.",
  choose: "Choose somebody first.",
  ask: "Ask first",
  askHelp: "“Ask first”: the customer hears music while you speak with them.",
  handOver: "Hand over now",
  handOverAgent: "“Hand over now”: you go to the wrap-up at once.",
  handOverNumber:
    "“Hand over now”: you go to the wrap-up at once. When nobody picks up, the customer’s call ends.",
  cancel: "Cancel",
};

export const DIALING: DialingWords = {
  title: "Dial by hand",
  number: "Number",
  dial: "Dial",
  dialing: "Dialing …",
  without: "You have no default campaign, so you can’t dial by hand. An administrator sets one.",
  until: (moment) => `Possible again: ${moment}.`,
};

export const LOGINS: LoginsWords = {
  title: "Your campaigns",
  none: "You work on no campaign yet.",
  always: "Always",
  since: (time) => `since ${time}`,
  out: "Not logged in",
  logIn: "Log in",
  logOut: "Log out",
  logInTo: (campaign) => `Log in to ${campaign}`,
  logOutOf: (campaign) => `Log out of ${campaign}`,
};
