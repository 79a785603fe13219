/** Texts of what an agent does with the customer on the line. */
export interface LineWords {
  readonly controls: string;
  readonly hold: string;
  readonly unhold: string;
  readonly held: string;
  readonly bringIn: string;
  readonly takeOut: string;
  readonly calling: (who: string) => string;
  readonly speaking: (who: string) => string;
  readonly three: (who: string) => string;
  readonly complete: string;
  readonly takeBack: string;
  readonly thirdParty: string;
  readonly record: string;
  readonly recording: string;
  readonly recordingPaused: string;
  readonly pauseRecording: string;
  readonly resumeRecording: string;
  readonly stopRecording: string;
}

/** Texts of giving a customer to somebody else. */
export interface TransferWords {
  readonly open: string;
  readonly title: string;
  readonly to: string;
  readonly agent: string;
  readonly number: string;
  readonly search: string;
  readonly chooseAgent: string;
  readonly nobody: string;
  readonly nobodyFound: (search: string) => string;
  readonly more: (count: number) => string;
  readonly numberLabel: string;
  readonly numberHelp: string;
  readonly wrongNumber: string;
  readonly choose: string;
  readonly ask: string;
  readonly askHelp: string;
  readonly handOver: string;
  readonly handOverAgent: string;
  readonly handOverNumber: string;
  readonly cancel: string;
}

/** Texts of calls that an agent dials by hand. */
export interface DialingWords {
  readonly title: string;
  readonly number: string;
  readonly dial: string;
  readonly dialing: string;
  readonly without: string;
  readonly until: (moment: string) => string;
}

/** Texts of an agent's campaigns. */
export interface LoginsWords {
  readonly title: string;
  readonly none: string;
  readonly always: string;
  readonly since: (time: string) => string;
  readonly out: string;
  readonly logIn: string;
  readonly logOut: string;
  readonly logInTo: (campaign: string) => string;
  readonly logOutOf: (campaign: string) => string;
}
